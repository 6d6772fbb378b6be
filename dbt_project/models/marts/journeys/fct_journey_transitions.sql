-- The moves within one journey; `journey_paths` adds up those of a kind of journey.
with steps as (
    select * from {{ ref('fct_journey_steps') }}
    where previous_touchpoint_type_slug is not null
),

transitions as (
    select
        journey_key,
        customer_key,
        journey_slug,
        previous_touchpoint_type_slug,
        touchpoint_type_slug,
        count(*) as transition_count,
        median(gap_seconds) as median_gap_seconds
    from steps
    group by
        journey_key,
        customer_key,
        journey_slug,
        previous_touchpoint_type_slug,
        touchpoint_type_slug
)

select
    {{ surrogate_key(['journey_key', 'previous_touchpoint_type_slug', 'touchpoint_type_slug']) }}
        as journey_transition_key,
    journey_key,
    customer_key,
    journey_slug,
    previous_touchpoint_type_slug as from_touchpoint_type_slug,
    touchpoint_type_slug as to_touchpoint_type_slug,
    cast(transition_count as integer) as transition_count,
    transition_count / sum(transition_count) over (
        partition by journey_key, previous_touchpoint_type_slug
    ) as transition_share,
    median_gap_seconds
from transitions
