-- Up to when all sources that bring a KPI's outcome cover: one that fell silent stops its units.
with kpi_outcomes as (
    select * from {{ ref('kpi_outcomes') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints__all') }}
),

coverage as (
    select * from {{ ref('int_company__source_coverage') }}
),

brought_types as (
    select
        source_name,
        touchpoint_type_slug
    from touchpoints
    group by
        source_name,
        touchpoint_type_slug
)

select
    kpi_outcomes.metric_slug,
    min(coverage.covered_until) as covered_until
from kpi_outcomes
inner join brought_types
    on kpi_outcomes.touchpoint_type_slug = brought_types.touchpoint_type_slug
inner join coverage
    on brought_types.source_name = coverage.source_name
group by kpi_outcomes.metric_slug
