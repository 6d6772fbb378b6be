-- From when on every source that brings orders is covered, and the days without its file. A source
-- of which nobody knows what it covers leaves all of that unknown.
with order_sources as (
    select distinct source_name
    from {{ ref('int_orders__unlinked_orders') }}
),

coverage as (
    select * from {{ ref('int_company__source_coverage') }}
),

coverage_holes as (
    select * from {{ ref('int_company__coverage_holes') }}
),

order_holes as (
    select {{ sorted_values('distinct coverage_holes.day_date') }} as hole_dates
    from coverage_holes
    inner join order_sources
        on coverage_holes.source_name = order_sources.source_name
),

covered_stretch as (
    select
        case when count(coverage.covered_from) = count(*) then max(coverage.covered_from) end
            as covered_from
    from order_sources
    left join coverage
        on order_sources.source_name = coverage.source_name
)

select
    covered_stretch.covered_from,
    coalesce(order_holes.hole_dates, {{ list_of([]) }}) as hole_dates
from covered_stretch
cross join order_holes
