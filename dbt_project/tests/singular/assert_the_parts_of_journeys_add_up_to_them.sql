-- Steps, stages, transitions, variants and paths are all of the journeys, told in different ways.
with journeys as (
    select * from {{ ref('fct_journeys') }}
),

step_counts as (
    select
        journey_key,
        count(*) as step_count
    from {{ ref('fct_journey_steps') }}
    group by journey_key
),

stage_times as (
    select
        journey_key,
        sum(stage_seconds) as stage_seconds,
        sum(step_count) as step_count
    from {{ ref('fct_journey_stages') }}
    group by journey_key
),

transition_counts as (
    select
        journey_key,
        sum(transition_count) as transition_count
    from {{ ref('fct_journey_transitions') }}
    group by journey_key
),

kind_totals as (
    select
        journey_slug,
        count(*) as journey_count
    from journeys
    group by journey_slug
),

variant_totals as (
    select
        journey_slug,
        sum(journey_count) as journey_count,
        sum(reached_count + failed_count + abandoned_count + open_count) as outcome_count
    from {{ ref('journey_variants') }}
    group by journey_slug
),

path_totals as (
    select
        journey_slug,
        sum(journey_count) as journey_count
    from {{ ref('journey_paths') }}
    where step_position = 1
    group by journey_slug
)

select
    journeys.journey_key as broken_key,
    'a journey is not its steps' as reason
from journeys
left join step_counts
    on journeys.journey_key = step_counts.journey_key
left join stage_times
    on journeys.journey_key = stage_times.journey_key
left join transition_counts
    on journeys.journey_key = transition_counts.journey_key
where
    coalesce(step_counts.step_count, 0) != journeys.touchpoint_count
    or coalesce(stage_times.step_count, 0) != journeys.touchpoint_count
    or coalesce(transition_counts.transition_count, 0) != journeys.touchpoint_count - 1
    or abs(stage_times.stage_seconds - journeys.duration_seconds) > 0.001

union all

select
    kind_totals.journey_slug as broken_key,
    'variants or paths are not all journeys' as reason
from kind_totals
left join variant_totals
    on kind_totals.journey_slug = variant_totals.journey_slug
left join path_totals
    on kind_totals.journey_slug = path_totals.journey_slug
where
    coalesce(variant_totals.journey_count, 0) != kind_totals.journey_count
    or coalesce(variant_totals.outcome_count, 0) != kind_totals.journey_count
    or coalesce(path_totals.journey_count, 0) != kind_totals.journey_count
