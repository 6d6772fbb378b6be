with cases as (
    select * from {{ ref('int_cases__cases') }}
    where excluded_reason is null
),

case_members as (
    select * from {{ ref('int_kpis__case_members') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
)

select
    'proactive_contact' as metric_slug,
    cases.case_key as unit_key,
    cases.customer_key,
    {{ business_date('cases.opened_at', 'settings.default_time_zone') }} as anchor_date,
    cases.channel_slug,
    cases.segment_slug,
    cases.contact_reason_slug,
    case_members.journey_slug,
    cast(null as varchar) as product_key,
    case_members.store_key,
    cases.team_key,
    case when cases.started_by = 'agent' then 1.0 else 0.0 end as unit_value,
    'eligible' as unit_state,
    cases.opened_at as matures_at,
    false as is_censored,
    cast(null as varchar) as clock_slug,
    cast(null as bigint) as clock_started_seconds
from cases
cross join settings
left join case_members
    on cases.case_key = case_members.case_key
