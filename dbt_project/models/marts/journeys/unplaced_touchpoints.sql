-- Touchpoints that could play a role in a kind of journey and are in no journey of that kind: they
-- show where a definition misses.
with placements as (
    select * from {{ ref('int_journeys__placements') }}
),

steps as (
    select * from {{ ref('int_journeys__steps') }}
),

journeys as (
    select * from {{ ref('int_journeys__journeys') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints__all') }}
),

unplaced_candidates as (
    select placements.*
    from placements
    left join steps
        on
            placements.touchpoint_key = steps.touchpoint_key
            and placements.journey_slug = steps.journey_slug
    where steps.touchpoint_key is null
),

earlier_journeys as (
    select
        unplaced_candidates.touchpoint_key,
        unplaced_candidates.journey_slug,
        max_by(
            coalesce(journeys.ended_outcome_slug, 'silent'),
            {{ sort_key(['journeys.started_at', 'journeys.journey_key']) }}
        ) as earlier_outcome_slug
    from unplaced_candidates
    inner join journeys
        on
            unplaced_candidates.customer_key = journeys.customer_key
            and unplaced_candidates.journey_slug = journeys.journey_slug
            and coalesce(unplaced_candidates.subject_key, '') = coalesce(journeys.subject_key, '')
            and unplaced_candidates.occurred_at >= journeys.started_at
    group by
        unplaced_candidates.touchpoint_key,
        unplaced_candidates.journey_slug
),

explained_candidates as (
    select
        unplaced_candidates.customer_key,
        unplaced_candidates.journey_slug,
        touchpoints.touchpoint_type_slug,
        case
            when earlier_journeys.earlier_outcome_slug = 'silent' then 'after_time_out'
            when earlier_journeys.earlier_outcome_slug is not null then 'after_end'
            when unplaced_candidates.is_reach or unplaced_candidates.is_fail then 'unstarted'
            else 'before_start'
        end as unplaced_reason
    from unplaced_candidates
    inner join touchpoints
        on unplaced_candidates.touchpoint_key = touchpoints.touchpoint_key
    left join earlier_journeys
        on
            unplaced_candidates.touchpoint_key = earlier_journeys.touchpoint_key
            and unplaced_candidates.journey_slug = earlier_journeys.journey_slug
)

select
    {{ surrogate_key(['journey_slug', 'touchpoint_type_slug', 'unplaced_reason']) }}
        as unplaced_key,
    journey_slug,
    touchpoint_type_slug,
    unplaced_reason,
    count(*) as touchpoint_count,
    count(distinct customer_key) as customer_count
from explained_candidates
group by
    journey_slug,
    touchpoint_type_slug,
    unplaced_reason
