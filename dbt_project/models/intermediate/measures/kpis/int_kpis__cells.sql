with unit_members as (
    select * from {{ ref('int_kpis__unit_members') }}
),

-- A KPI that no source of the company can show has a row without a value: it is not 0.
hidden_kpis as (
    select kpis.metric_slug
    from {{ ref('kpis') }} as kpis
    inner join {{ ref('int_company__shown_shapes') }} as shown_shapes
        on kpis.needs = shown_shapes.shape_slug
    where not shown_shapes.is_shown
),

-- Days first: longer periods add up from them.
day_cells as (
    select
        metric_slug,
        dimension,
        member,
        period_types,
        anchor_date,
        -- A cell of several dimensions at once tells each of them; others have their member alone.
        max(channel_slug) filter (where is_cell) as channel_slug,
        max(segment_slug) filter (where is_cell) as segment_slug,
        max(contact_reason_slug) filter (where is_cell) as contact_reason_slug,
        max(journey_slug) filter (where is_cell) as journey_slug,
        max(team_key) filter (where is_cell) as team_key,
        count(*) filter (where is_counted) as unit_count,
        count(*) filter (where is_counted and unit_value > 0) as positive_count,
        count(*) filter (where is_counted and unit_value < 0) as negative_count,
        sum(case when is_counted then unit_value else 0 end) as value_sum,
        sum(
            case
                when is_counted and kind = 'mean'
                    then {{ product_of('unit_value', 'unit_value', 'decimal(38, 12)') }}
                else 0
            end
        ) as value_square_sum,
        count(*) filter (where is_immature) as immature_count,
        count(*) filter (where unit_state = 'unknown') as unknown_count,
        count(*) filter (where unit_state = 'excluded') as excluded_count
    from unit_members
    group by
        metric_slug,
        dimension,
        member,
        period_types,
        anchor_date
),

period_cells as (
    {{ units_by_period('day_cells') }}
),

counted_cells as (
    select
        metric_slug,
        period_type,
        period_start_date,
        dimension,
        member,
        max(channel_slug) as channel_slug,
        max(segment_slug) as segment_slug,
        max(contact_reason_slug) as contact_reason_slug,
        max(journey_slug) as journey_slug,
        max(team_key) as team_key,
        cast(sum(unit_count) as bigint) as unit_count,
        cast(sum(positive_count) as bigint) as positive_count,
        cast(sum(negative_count) as bigint) as negative_count,
        sum(value_sum) as value_sum,
        sum(value_square_sum) as value_square_sum,
        cast(sum(immature_count) as bigint) as immature_count,
        cast(sum(unknown_count) as bigint) as unknown_count,
        cast(sum(excluded_count) as bigint) as excluded_count
    from period_cells
    group by
        metric_slug,
        period_type,
        period_start_date,
        dimension,
        member

    union all

    select
        metric_slug,
        'total' as period_type,
        cast(null as date) as period_start_date,
        'total' as dimension,
        'all' as member,
        cast(null as varchar) as channel_slug,
        cast(null as varchar) as segment_slug,
        cast(null as varchar) as contact_reason_slug,
        cast(null as varchar) as journey_slug,
        cast(null as varchar) as team_key,
        0 as unit_count,
        0 as positive_count,
        0 as negative_count,
        0 as value_sum,
        0 as value_square_sum,
        0 as immature_count,
        0 as unknown_count,
        0 as excluded_count
    from hidden_kpis
    where metric_slug not in (select day_cells.metric_slug from day_cells)
)

select
    {{ kpi_cell_key() }} as cell_key,
    *
from counted_cells
