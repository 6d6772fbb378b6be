-- A variant is the journeys that met the same kinds of touchpoints, in the same order of their
-- first meeting.
with steps as (
    select * from {{ ref('fct_journey_steps') }}
),

journeys as (
    select * from {{ ref('fct_journeys') }}
),

first_meetings as (
    select
        journey_key,
        touchpoint_type_slug,
        min(step_number) as first_step_number
    from steps
    group by
        journey_key,
        touchpoint_type_slug
),

journey_sequences as (
    select
        journey_key,
        {{ dbt.listagg(
            'touchpoint_type_slug', "' > '", 'order by first_step_number'
        ) }} as variant,
        count(*) as type_count
    from first_meetings
    group by journey_key
),

variants as (
    select
        journeys.journey_slug,
        journey_sequences.variant,
        max(journey_sequences.type_count) as type_count,
        count(*) as journey_count,
        count(distinct journeys.customer_key) as customer_count,
        count(*) filter (where journeys.outcome_slug = 'reached') as reached_count,
        count(*) filter (where journeys.outcome_slug = 'failed') as failed_count,
        count(*) filter (where journeys.outcome_slug = 'abandoned') as abandoned_count,
        count(*) filter (where journeys.outcome_slug = 'open') as open_count,
        median(journeys.duration_seconds) filter (where journeys.outcome_slug = 'reached')
            as median_reached_seconds,
        avg(cast(journeys.effort_score as decimal(18, 9))) as mean_effort_score,
        count(journeys.journey_score) as journey_score_count,
        avg(cast(journeys.journey_score as decimal(18, 9))) as mean_journey_score,
        count(journeys.mean_touchpoint_score) as touchpoint_score_count,
        avg(cast(journeys.mean_touchpoint_score as decimal(18, 9))) as mean_touchpoint_score
    from journeys
    inner join journey_sequences
        on journeys.journey_key = journey_sequences.journey_key
    group by
        journeys.journey_slug,
        journey_sequences.variant
)

select
    {{ surrogate_key(['journey_slug', 'variant']) }} as variant_key,
    journey_slug,
    cast(row_number() over (
        partition by journey_slug order by journey_count desc, variant asc
    ) as integer) as variant_rank,
    variant,
    cast(type_count as integer) as type_count,
    journey_count,
    journey_count / sum(journey_count) over (partition by journey_slug) as journey_share,
    customer_count,
    reached_count,
    failed_count,
    abandoned_count,
    open_count,
    median_reached_seconds,
    mean_effort_score,
    journey_score_count,
    mean_journey_score,
    touchpoint_score_count,
    mean_touchpoint_score
from variants
