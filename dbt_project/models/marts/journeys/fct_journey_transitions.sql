with steps as (
    select * from {{ ref('fct_journey_steps') }}
),

paired_steps as (
    select
        journey_step_key,
        journey_key,
        customer_key,
        journey_slug,
        lag(touchpoint_type_slug) over journey as from_touchpoint_type_slug,
        touchpoint_type_slug as to_touchpoint_type_slug,
        lag(channel_slug) over journey as from_channel_slug,
        channel_slug as to_channel_slug,
        lag(stage_slug) over journey as from_stage_slug,
        stage_slug as to_stage_slug,
        step_number,
        gap_seconds,
        occurred_at
    from steps
    window journey as (partition by journey_key order by step_number)
)

select
    journey_step_key,
    journey_key,
    customer_key,
    journey_slug,
    from_touchpoint_type_slug,
    to_touchpoint_type_slug,
    from_channel_slug,
    to_channel_slug,
    from_stage_slug,
    to_stage_slug,
    step_number as to_step_number,
    gap_seconds,
    occurred_at
from paired_steps
where step_number > 1
