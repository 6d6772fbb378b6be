-- The service KPIs at the grain of their detail marts; the scorecard has one dimension at a time.
with units as (
    select
        channel_slug,
        contact_reason_slug,
        team_key
    from {{ ref('int_kpis__service_units') }}

    union all

    select
        channel_slug,
        contact_reason_slug,
        team_key
    from {{ ref('int_kpis__contact_units') }}
),

estimates as (
    select * from {{ ref('int_kpis__estimates') }}
    where dimension = 'service_cell'
),

kpis as (
    select * from {{ ref('kpis') }}
),

members as (
    select
        {{ service_cell_key('units') }} as member,
        units.channel_slug,
        units.contact_reason_slug,
        units.team_key
    from units
    group by
        units.channel_slug,
        units.contact_reason_slug,
        units.team_key
)

select
    estimates.cell_key,
    estimates.metric_slug,
    estimates.period_type,
    estimates.period_start_date,
    members.channel_slug,
    members.contact_reason_slug,
    members.team_key,
    kpis.mart,
    kpis.kind,
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
inner join members
    on estimates.member = members.member
inner join kpis
    on estimates.metric_slug = kpis.metric_slug
