-- A period is whole when all of its days lie between the first covered day of the company and
-- `as_of`. The total is what is covered, and as whole as that.
with settings as (
    select * from {{ ref('int_company__settings') }}
),

covered_stretch as (
    select
        min(coverage.covered_from) as covered_from,
        max(settings.as_of) as as_of
    from settings
    left join {{ ref('int_company__source_coverage') }} as coverage
        on true
),

days as (
    select
        cast(
            {{ one_row_per(days_between(
                'cast(covered_from as date)', 'cast(as_of as date) - 1'
            )) }} as date
        ) as day_date
    from covered_stretch
    where covered_from < as_of
),

typed_days as (
    select
        day_date,
        {{ one_row_per(words("'day week month total'")) }} as period_type
    from days
),

periods as (
    select
        period_type,
        {{ period_start('period_type', 'day_date') }} as period_start_date,
        count(*) as covered_days
    from typed_days
    group by
        period_type,
        {{ period_start('period_type', 'day_date') }}
)

select
    period_type,
    period_start_date,
    {{ period_end('period_type', 'period_start_date') }} as period_end_date,
    cast(covered_days as integer) as covered_days,
    period_type = 'total'
    or covered_days
    = {{ dbt.datediff(
        'period_start_date', period_end('period_type', 'period_start_date'), 'day'
    ) }} + 1 as is_complete_period
from periods
