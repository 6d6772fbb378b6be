-- Service that customers get without asking: delivery by promise, a shop that works, news before
-- they ask.
with estimates as (
    select * from {{ ref('int_kpis__estimates') }}
),

periods as (
    select * from {{ ref('int_company__periods') }}
),

kpis as (
    select * from {{ ref('kpis') }}
    where mart = 'service_experience'
),

dimensions as (
    select * from {{ ref('kpi_dimensions') }}
    where is_on_scorecard
)

select
    estimates.cell_key,
    estimates.metric_slug,
    kpis.metric_name,
    estimates.period_type,
    estimates.period_start_date,
    {{ period_end('estimates.period_type', 'estimates.period_start_date') }} as period_end_date,
    coalesce(periods.covered_days, 0) as covered_days,
    estimates.dimension,
    estimates.member,
    estimates.kind,
    estimates.numerator,
    estimates.denominator,
    estimates.value,
    estimates.ci_low,
    estimates.ci_high,
    estimates.n_immature,
    estimates.n_unknown,
    estimates.n_excluded,
    estimates.is_mature,
    estimates.is_min_n,
    coalesce(periods.is_complete_period, false) as is_complete_period,
    estimates.definition_version
from estimates
inner join kpis
    on estimates.metric_slug = kpis.metric_slug
inner join dimensions
    on estimates.dimension = dimensions.dimension
left join periods
    on
        estimates.period_type = periods.period_type
        and coalesce(estimates.period_start_date, date '0001-01-01')
        = coalesce(periods.period_start_date, date '0001-01-01')
where estimates.period_type in ('week', 'month')
