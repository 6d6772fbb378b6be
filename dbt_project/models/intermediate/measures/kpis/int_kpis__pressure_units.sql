with customer_weeks as (
    select * from {{ ref('int_campaigns__customer_weeks') }}
),

customers as (
    select * from {{ ref('int_identity__customers') }}
)

select
    'contact_pressure' as metric_slug,
    {{ surrogate_key(['customer_weeks.customer_key', 'customer_weeks.week_start_date']) }}
        as unit_key,
    customer_weeks.customer_key,
    customer_weeks.week_start_date as anchor_date,
    cast(null as varchar) as channel_slug,
    customers.segment_slug,
    cast(null as varchar) as contact_reason_slug,
    cast(null as varchar) as journey_slug,
    cast(null as varchar) as product_key,
    cast(null as varchar) as store_key,
    cast(null as varchar) as team_key,
    case when customer_weeks.is_over_limit then 1.0 else 0.0 end as unit_value,
    case when customers.is_identified then 'eligible' else 'unknown' end as unit_state,
    -- Until the week is over more may come.
    cast(customer_weeks.week_start_date + 7 as timestamp) as matures_at,
    false as is_censored,
    cast(null as varchar) as clock_slug,
    cast(null as bigint) as clock_started_seconds
from customer_weeks
left join customers
    on customer_weeks.customer_key = customers.customer_key
