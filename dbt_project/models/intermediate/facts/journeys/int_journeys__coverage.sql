-- Nothing here depends on `as_of`: what a source does not yet cover matures later.
with journeys as (
    select * from {{ ref('int_journeys__journeys') }}
),

type_coverage as (
    select * from {{ ref('int_journeys__type_coverage') }}
),

coverage_holes as (
    select * from {{ ref('int_company__coverage_holes') }}
),

journey_limits as (
    select * from {{ ref('journey_limits') }}
),

type_holes as (
    select
        type_coverage.journey_slug,
        cast(coverage_holes.day_date as timestamp) as hole_starts_at
    from coverage_holes
    inner join type_coverage
        on array_contains(
            {{ words('type_coverage.source_names') }}, coverage_holes.source_name
        )
    group by
        type_coverage.journey_slug,
        coverage_holes.day_date
),

placed_journeys as (
    select
        journeys.journey_key,
        journeys.journey_slug,
        journeys.is_start_seen,
        journeys.started_at,
        journeys.started_at
        - {{ duration_of('coalesce(journey_limits.look_back_days, 0)', 'day') }} as looked_back_at,
        type_coverage.is_observable,
        type_coverage.covered_from,
        type_coverage.covered_until
    from journeys
    inner join type_coverage
        on journeys.journey_slug = type_coverage.journey_slug
    left join journey_limits
        on journeys.journey_slug = journey_limits.journey_slug
),

-- The first hole whose day is not over when the look-back begins.
first_holes as (
    select
        placed_journeys.journey_key,
        min(type_holes.hole_starts_at) as first_hole_at
    from placed_journeys
    inner join type_holes
        on
            placed_journeys.journey_slug = type_holes.journey_slug
            and placed_journeys.looked_back_at
            < type_holes.hole_starts_at + {{ duration_of(1, 'day') }}
    group by placed_journeys.journey_key
)

select
    placed_journeys.journey_key,
    -- What can be seen first: then whether the start was, and only then whether in time.
    case
        when not placed_journeys.is_observable then 'not_observable'
        when
            placed_journeys.looked_back_at < placed_journeys.covered_from
            or placed_journeys.started_at >= placed_journeys.covered_until
            or first_holes.first_hole_at <= placed_journeys.started_at
            then 'not_covered'
        when not placed_journeys.is_start_seen then 'no_start_seen'
    end as not_judged_reason,
    least(
        placed_journeys.covered_until,
        coalesce(first_holes.first_hole_at, placed_journeys.covered_until)
    ) as covered_until,
    coalesce(first_holes.first_hole_at < placed_journeys.covered_until, false)
        as is_cut_by_hole
from placed_journeys
left join first_holes
    on placed_journeys.journey_key = first_holes.journey_key
