-- Every day from a source's first covered one to its last, or to `as_of` where it fell silent.
with coverage as (
    select * from {{ ref('int_company__source_coverage') }}
),

coverage_holes as (
    select * from {{ ref('int_company__coverage_holes') }}
),

source_days as (
    select * from {{ ref('int_company__source_days') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

covered_days as (
    select
        coverage.*,
        cast(
            {{ one_row_per(days_between(
                'cast(coverage.covered_from as date)',
                'cast(greatest(coverage.covered_until, settings.as_of) as date) - 1'
            )) }} as date
        ) as day_date
    from coverage
    cross join settings
)

select
    {{ surrogate_key(['covered_days.source_name', 'covered_days.day_date']) }} as coverage_key,
    covered_days.source_name,
    covered_days.day_date,
    case
        when cast(covered_days.day_date as timestamp) >= covered_days.covered_until then 'silent'
        when coverage_holes.day_date is not null then 'hole'
        else 'covered'
    end as coverage_state,
    covered_days.known_from,
    covered_days.known_until,
    cast(coalesce(source_days.file_count, 0) as integer) as file_count,
    coverage_holes.day_date is null
    and cast(covered_days.day_date as timestamp) < covered_days.covered_until as is_covered,
    covered_days.covered_from,
    covered_days.covered_until
from covered_days
left join coverage_holes
    on
        covered_days.source_name = coverage_holes.source_name
        and covered_days.day_date = coverage_holes.day_date
left join source_days
    on
        covered_days.source_name = source_days.source_name
        and covered_days.day_date = source_days.day_date
