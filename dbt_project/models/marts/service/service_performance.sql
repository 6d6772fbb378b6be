with estimates as (
    select * from {{ ref('int_kpis__estimates') }}
    where dimension = 'service_cell'
),

kpis as (
    select * from {{ ref('kpis') }}
)

select
    estimates.cell_key,
    estimates.metric_slug,
    kpis.theme,
    estimates.period_type,
    estimates.period_start_date,
    {{ period_columns('estimates.period_type', 'estimates.period_start_date') }},
    estimates.channel_slug,
    estimates.contact_reason_slug,
    estimates.team_key,
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
{{ joined_periods('estimates.period_type', 'estimates.period_start_date') }}
