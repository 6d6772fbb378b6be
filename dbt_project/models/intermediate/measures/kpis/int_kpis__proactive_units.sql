with cases as (
    select * from {{ ref('int_cases__cases') }}
    where excluded_reason is null
),

case_journeys as (
    select * from {{ ref('int_journeys__case_journeys') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

units as (
    {{ kpi_units('cases', [
        kpi_unit('proactive_contact', 'opened_at', "started_by = 'agent'")
    ]) }}
)

select
    units.metric_slug,
    units.case_key as unit_key,
    units.customer_key,
    {{ business_date('units.anchored_at', 'settings.default_time_zone') }} as anchor_date,
    units.channel_slug,
    units.segment_slug,
    units.contact_reason_slug,
    case_journeys.journey_slug,
    units.team_key,
    units.unit_value,
    units.unit_state,
    units.matures_at
from units
cross join settings
left join case_journeys
    on units.case_key = case_journeys.case_key
