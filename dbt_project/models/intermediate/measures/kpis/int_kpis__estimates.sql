with cells as (
    select * from {{ ref('int_kpis__cells') }}
),

repeat_cells as (
    select * from {{ ref('int_kpis__repeat_cells') }}
),

median_cells as (
    select
        cell_key,
        cast(null as bigint) as ended_count,
        median_value,
        ci_low,
        ci_high
    from {{ ref('int_kpis__median_cells') }}

    union all

    select
        cell_key,
        ended_count,
        median_value,
        ci_low,
        ci_high
    from {{ ref('int_kpis__duration_cells') }}
),

kpis as (
    select * from {{ ref('kpis') }}
),

t_quantiles as (
    select * from {{ ref('t_quantiles') }}
),

counts as (
    select
        cells.*,
        kpis.kind,
        coalesce(kpis.per, 1) as per,
        kpis.lowest,
        kpis.highest,
        kpis.minimum_n,
        kpis.definition_version,
        -- Null where nothing was counted, so that no share divides by zero.
        cast(nullif(cells.unit_count, 0) as double) as n,
        cast(cells.value_sum as double) as value_total,
        cast(cells.value_square_sum as double) as square_total,
        cells.unit_count - coalesce(repeat_cells.repeated_unit_count, 0) as person_count,
        cells.unit_count + coalesce(repeat_cells.unit_square_excess, 0) as unit_square_sum,
        cells.positive_count + coalesce(repeat_cells.cross_excess, 0) as cross_sum,
        cells.positive_count + coalesce(repeat_cells.success_square_excess, 0)
            as success_square_sum,
        median_cells.ended_count,
        median_cells.median_value,
        median_cells.ci_low as median_ci_low,
        median_cells.ci_high as median_ci_high
    from cells
    inner join kpis
        on cells.metric_slug = kpis.metric_slug
    left join repeat_cells
        on cells.cell_key = repeat_cells.cell_key
    left join median_cells
        on cells.cell_key = median_cells.cell_key
),

shares as (
    select
        counts.*,
        counts.value_total / counts.n as mean_value,
        {{ design_effect(
            'counts.value_total / counts.n',
            'counts.n',
            'counts.person_count',
            'counts.unit_square_sum',
            'counts.cross_sum',
            'counts.success_square_sum'
        ) }} as design_effect,
        {{ mean_standard_error('counts.value_total', 'counts.square_total', 'counts.n') }}
            as mean_standard_error,
        case
            when counts.n > 1
                then coalesce(t_quantiles.t_quantile, {{ t_quantile_of_many('(counts.n - 1)') }})
        end as t_quantile
    from counts
    left join t_quantiles
        on counts.unit_count - 1 = t_quantiles.degrees_of_freedom
),

estimates as (
    select
        cell_key,
        mean_value as value,
        sqrt(mean_value * (1 - mean_value) * design_effect / n) as standard_error,
        {{ wilson_bound('-', 'mean_value', '(n / design_effect)') }} as ci_low,
        {{ wilson_bound('+', 'mean_value', '(n / design_effect)') }} as ci_high
    from shares
    where kind = 'rate' and n > 0

    union all

    select
        cell_key,
        100 * mean_value as value,
        {{ nps_standard_error('positive_count', 'negative_count', 'n') }} as standard_error,
        {{ nps_bound('-', 'positive_count', 'negative_count', 'n') }} as ci_low,
        {{ nps_bound('+', 'positive_count', 'negative_count', 'n') }} as ci_high
    from shares
    where kind = 'nps' and n > 0

    union all

    select
        cell_key,
        per * mean_value as value,
        per * mean_standard_error as standard_error,
        {{ mean_bound(
            '-', '(per * mean_value)', '(per * t_quantile * mean_standard_error)',
            'lowest', 'highest'
        ) }} as ci_low,
        {{ mean_bound(
            '+', '(per * mean_value)', '(per * t_quantile * mean_standard_error)',
            'lowest', 'highest'
        ) }} as ci_high
    from shares
    where kind = 'mean' and n > 0

    union all

    select
        cell_key,
        median_value as value,
        cast(null as double) as standard_error,
        median_ci_low as ci_low,
        median_ci_high as ci_high
    from shares
    where kind in ('median', 'duration')
)

select
    shares.cell_key,
    shares.metric_slug,
    shares.kind,
    shares.period_type,
    shares.period_start_date,
    shares.dimension,
    shares.member,
    shares.channel_slug,
    shares.segment_slug,
    shares.contact_reason_slug,
    shares.journey_slug,
    shares.team_key,
    case
        when shares.kind in ('rate', 'mean') then shares.value_total
        when shares.kind = 'duration' then coalesce(shares.ended_count, 0)
    end as numerator,
    shares.unit_count as denominator,
    estimates.value,
    estimates.standard_error,
    estimates.ci_low,
    estimates.ci_high,
    case when shares.kind = 'rate' and shares.n > 0 then shares.design_effect end as design_effect,
    case when shares.kind = 'nps' then shares.positive_count end as promoters,
    case
        when shares.kind = 'nps'
            then shares.unit_count - shares.positive_count - shares.negative_count
    end as passives,
    case when shares.kind = 'nps' then shares.negative_count end as detractors,
    shares.immature_count as n_immature,
    shares.unknown_count as n_unknown,
    shares.excluded_count as n_excluded,
    shares.immature_count = 0 as is_mature,
    shares.unit_count >= shares.minimum_n as is_min_n,
    shares.definition_version
from shares
left join estimates
    on shares.cell_key = estimates.cell_key
