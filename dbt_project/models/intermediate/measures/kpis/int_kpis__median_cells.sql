with median_units as (
    select * from {{ ref('int_kpis__unit_members') }}
    where kind = 'median' and is_counted
),

dated_units as (
    {{ units_by_period('median_units') }}
),

ranked_cells as (
    select
        metric_slug,
        period_type,
        period_start_date,
        dimension,
        member,
        count(*) as unit_count,
        {{ sorted_values('unit_value') }} as ranked_values
    from dated_units
    group by
        metric_slug,
        period_type,
        period_start_date,
        dimension,
        member
)

select
    {{ kpi_cell_key() }} as cell_key,
    cast(
        (
            {{ list_item('ranked_values', whole_quotient('unit_count + 1', 2)) }}
            + {{ list_item('ranked_values', whole_quotient('unit_count', 2) ~ ' + 1') }}
        ) / 2 as double
    ) as median_value,
    cast({{ list_item('ranked_values', median_rank('-', 'unit_count')) }} as double) as ci_low,
    cast({{ list_item('ranked_values', median_rank('+', 'unit_count')) }} as double) as ci_high
from ranked_cells
