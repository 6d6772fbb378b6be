with steps as (
    select * from {{ ref('int_journeys__steps') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints__all') }}
)

select
    steps.journey_step_key,
    steps.journey_key,
    steps.touchpoint_key,
    steps.customer_key,
    steps.journey_slug,
    touchpoints.touchpoint_type_slug,
    touchpoints.channel_slug,
    touchpoints.outcome_slug,
    steps.stage_slug,
    cast(steps.step_number as integer) as step_number,
    epoch(steps.occurred_at - lag(steps.occurred_at) over journey) as gap_seconds,
    coalesce(touchpoints.channel_slug != lag(touchpoints.channel_slug) over journey, false)
        as is_channel_hop,
    steps.is_inferred,
    steps.occurred_at
from steps
inner join touchpoints
    on steps.touchpoint_key = touchpoints.touchpoint_key
window journey as (partition by steps.journey_key order by steps.step_number)
