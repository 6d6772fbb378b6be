-- By journey, segment and entry channel, and by journey alone: a median does not add up.
with units as (
    select * from {{ ref('int_kpis__journey_units') }}
),

estimates as (
    select * from {{ ref('int_kpis__estimates') }}
    where dimension in ('journey', 'journey_cell')
),

kpis as (
    select * from {{ ref('kpis') }}
    where mart = 'journey_performance'
),

members as (
    select
        'journey_cell' as dimension,
        {{ journey_cell_key('units') }} as member,
        units.journey_slug,
        units.segment_slug,
        units.channel_slug as entry_channel_slug,
        false as is_rollup
    from units
    group by
        units.journey_slug,
        units.segment_slug,
        units.channel_slug

    union all

    select
        'journey' as dimension,
        journey_slug as member,
        journey_slug,
        'all' as segment_slug,
        'all' as entry_channel_slug,
        true as is_rollup
    from units
    group by journey_slug
)

select
    estimates.cell_key,
    estimates.metric_slug,
    estimates.period_type,
    estimates.period_start_date,
    members.journey_slug,
    members.segment_slug,
    members.entry_channel_slug,
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
    members.is_rollup,
    estimates.is_mature,
    estimates.is_min_n,
    estimates.definition_version
from estimates
inner join kpis
    on estimates.metric_slug = kpis.metric_slug
inner join members
    on
        estimates.dimension = members.dimension
        and estimates.member = members.member
