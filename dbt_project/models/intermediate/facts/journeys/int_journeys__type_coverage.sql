-- Which sources show a kind of journey follows from what its touchpoints are and who brings them.
with journey_events as (
    select * from {{ ref('journey_events') }}
),

touchpoint_days as (
    select * from {{ ref('int_company__touchpoint_days') }}
),

coverage as (
    select * from {{ ref('int_company__source_coverage') }}
),

journey_types as (
    select * from {{ ref('journey_types') }}
),

brought_types as (
    select
        source_name,
        touchpoint_type_slug
    from touchpoint_days
    group by
        source_name,
        touchpoint_type_slug
),

showing_sources as (
    select
        journey_events.journey_slug,
        coverage.source_name,
        coverage.covered_from,
        coverage.covered_until,
        bool_or(journey_events.role = 'start') as shows_starts
    from journey_events
    inner join brought_types
        on journey_events.touchpoint_type_slug = brought_types.touchpoint_type_slug
    inner join coverage
        on brought_types.source_name = coverage.source_name
    group by
        journey_events.journey_slug,
        coverage.source_name,
        coverage.covered_from,
        coverage.covered_until
)

select
    journey_types.journey_slug,
    {{ dbt.listagg(
        'showing_sources.source_name', "' '", 'order by showing_sources.source_name'
    ) }} as source_names,
    -- Where only the goal can be seen, each journey that is seen reaches it.
    coalesce(bool_or(showing_sources.shows_starts), false) as is_observable,
    max(showing_sources.covered_from) as covered_from,
    min(showing_sources.covered_until) as covered_until
from journey_types
left join showing_sources
    on journey_types.journey_slug = showing_sources.journey_slug
group by journey_types.journey_slug
