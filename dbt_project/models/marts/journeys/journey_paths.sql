-- Edges of a Sankey: from the type of step n to that of step n + 1, and out of the journey at last.
with steps as (
    select * from {{ ref('fct_journey_steps') }}
),

journeys as (
    select * from {{ ref('fct_journeys') }}
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

moves as (
    select
        journey_key,
        journey_slug,
        step_number - 1 as step_position,
        previous_touchpoint_type_slug as from_slug,
        touchpoint_type_slug as to_slug,
        gap_seconds,
        false as is_exit
    from steps
    where step_number > 1

    union all

    select
        journeys.journey_key,
        journeys.journey_slug,
        steps.step_number as step_position,
        steps.touchpoint_type_slug as from_slug,
        journeys.outcome_slug as to_slug,
        cast(null as double) as gap_seconds,
        true as is_exit
    from journeys
    inner join steps
        on
            journeys.journey_key = steps.journey_key
            and journeys.touchpoint_count = steps.step_number
),

edges as (
    select
        moves.journey_slug,
        moves.step_position,
        moves.from_slug,
        moves.to_slug,
        moves.is_exit,
        count(*) as journey_count,
        median(moves.gap_seconds) as median_gap_seconds
    from moves
    cross join windows
    where moves.step_position <= windows.path_positions
    group by
        moves.journey_slug,
        moves.step_position,
        moves.from_slug,
        moves.to_slug,
        moves.is_exit
)

select
    {{ surrogate_key(['journey_slug', 'step_position', 'from_slug', 'to_slug', 'is_exit']) }}
        as path_key,
    journey_slug,
    step_position,
    from_slug,
    to_slug,
    is_exit,
    journey_count,
    cast(sum(journey_count) over (
        partition by journey_slug, step_position, from_slug
    ) as bigint) as from_journey_count,
    journey_count / sum(journey_count) over (partition by journey_slug, step_position, from_slug)
        as journey_share,
    median_gap_seconds
from edges
