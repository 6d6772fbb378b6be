with median_units as (
    select * from {{ ref('int_kpis__unit_members') }}
    where kind = 'median' and is_counted
),

periods as (
    select * from {{ ref('kpi_periods') }}
),

ranked_cells as (
    select
        median_units.metric_slug,
        periods.period_type,
        {{ period_start('periods.period_type', 'median_units.anchor_date') }} as period_start_date,
        median_units.dimension,
        median_units.member,
        count(*) as unit_count,
        list_sort(list(median_units.unit_value), 'asc', 'nulls last') as ranked_values
    from median_units
    cross join periods
    group by
        median_units.metric_slug,
        periods.period_type,
        {{ period_start('periods.period_type', 'median_units.anchor_date') }},
        median_units.dimension,
        median_units.member
)

select
    {{ surrogate_key(['metric_slug', 'period_type', 'period_start_date', 'dimension', 'member']) }}
        as cell_key,
    -- What has no value yet is censored: longer than any, so that it is null where half are.
    cast(
        (ranked_values[(unit_count + 1) // 2] + ranked_values[unit_count // 2 + 1]) / 2 as double
    ) as median_value,
    cast(ranked_values[{{ median_rank('-', 'unit_count') }}] as double) as ci_low,
    cast(ranked_values[{{ median_rank('+', 'unit_count') }}] as double) as ci_high
from ranked_cells
