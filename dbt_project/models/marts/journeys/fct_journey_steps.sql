with steps as (
    select * from {{ ref('int_journeys__step_facts') }}
)

select
    journey_step_key,
    journey_key,
    touchpoint_key,
    customer_key,
    journey_slug,
    touchpoint_type_slug,
    lag(touchpoint_type_slug) over journey as previous_touchpoint_type_slug,
    channel_slug,
    lag(channel_slug) over journey as previous_channel_slug,
    outcome_slug,
    contact_reason_slug,
    stage_slug,
    lag(stage_slug) over journey as previous_stage_slug,
    cast(step_number as integer) as step_number,
    gap_seconds,
    is_channel_hop,
    is_forced_hop,
    is_contact,
    is_repeat_contact,
    is_inferred,
    occurred_at
from steps
window journey as (partition by journey_key order by step_number)
