-- Service that customers get without asking: delivery by promise, a shop that works, news before
-- they ask.
with estimates as (
    select * from {{ ref('int_kpis__estimates') }}
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
    {{ period_columns('estimates.period_type', 'estimates.period_start_date') }},
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
    estimates.definition_version
from estimates
inner join kpis
    on estimates.metric_slug = kpis.metric_slug
inner join dimensions
    on estimates.dimension = dimensions.dimension
{{ joined_periods('estimates.period_type', 'estimates.period_start_date') }}
where estimates.period_type in ('week', 'month')
