-- What all sources cover that bring the outcome of a KPI: one that fell silent stops its units, and
-- a day without its file may have held the outcome.
with kpi_outcomes as (
    select * from {{ ref('kpi_outcomes') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints__all') }}
),

coverage as (
    select * from {{ ref('int_company__source_coverage') }}
),

coverage_holes as (
    select * from {{ ref('int_company__coverage_holes') }}
),

brought_types as (
    select
        source_name,
        touchpoint_type_slug
    from touchpoints
    group by
        source_name,
        touchpoint_type_slug
),

showing_sources as (
    select
        kpi_outcomes.metric_slug,
        coverage.source_name,
        coverage.covered_from,
        coverage.covered_until
    from kpi_outcomes
    inner join brought_types
        on kpi_outcomes.touchpoint_type_slug = brought_types.touchpoint_type_slug
    inner join coverage
        on brought_types.source_name = coverage.source_name
    group by
        kpi_outcomes.metric_slug,
        coverage.source_name,
        coverage.covered_from,
        coverage.covered_until
),

metric_holes as (
    select
        showing_sources.metric_slug,
        {{ sorted_values('distinct coverage_holes.day_date') }} as hole_dates
    from showing_sources
    inner join coverage_holes
        on showing_sources.source_name = coverage_holes.source_name
    group by showing_sources.metric_slug
),

covered_stretches as (
    select
        metric_slug,
        max(covered_from) as covered_from,
        min(covered_until) as covered_until
    from showing_sources
    group by metric_slug
)

select
    covered_stretches.metric_slug,
    covered_stretches.covered_from,
    covered_stretches.covered_until,
    metric_holes.hole_dates
from covered_stretches
left join metric_holes
    on covered_stretches.metric_slug = metric_holes.metric_slug
