-- By journey, segment and entry channel, and by journey alone: a median does not add up.
with estimates as (
    select * from {{ ref('int_kpis__estimates') }}
    where dimension in ('journey', 'journey_cell')
),

kpis as (
    select * from {{ ref('kpis') }}
    where mart = 'journey_performance'
)

select
    estimates.cell_key,
    estimates.metric_slug,
    estimates.period_type,
    estimates.period_start_date,
    {{ period_columns('estimates.period_type', 'estimates.period_start_date') }},
    case when estimates.dimension = 'journey' then estimates.member else estimates.journey_slug end
        as journey_slug,
    case when estimates.dimension = 'journey' then 'all' else estimates.segment_slug end
        as segment_slug,
    case when estimates.dimension = 'journey' then 'all' else estimates.channel_slug end
        as entry_channel_slug,
    kpis.kind,
    kpis.unit,
    estimates.numerator,
    estimates.denominator,
    estimates.value,
    estimates.ci_low,
    estimates.ci_high,
    estimates.n_immature,
    estimates.n_unknown,
    estimates.n_excluded,
    estimates.dimension = 'journey' as is_rollup,
    estimates.is_mature,
    estimates.is_min_n,
    estimates.definition_version
from estimates
inner join kpis
    on estimates.metric_slug = kpis.metric_slug
{{ joined_periods('estimates.period_type', 'estimates.period_start_date') }}
