-- The service rates at the grain of the detail marts; the scorecard has one dimension at a time.
with units as (
    select * from {{ ref('int_kpis__contact_units') }}

    union all

    select * from {{ ref('int_kpis__service_units') }}
),

kpis as (
    select * from {{ ref('kpis') }}
    where kind = 'rate'
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

judged_units as (
    select
        units.metric_slug,
        cast(date_trunc('week', units.anchor_date) as date) as period_start_date,
        units.channel_slug,
        units.contact_reason_slug,
        units.team_key,
        -- Without a customer, a unit is its own person.
        coalesce(units.customer_key, units.unit_key) as person_key,
        cast(units.unit_value as integer) as success,
        units.unit_state,
        units.unit_state = 'eligible'
        and coalesce(units.matures_at < settings.as_of, true) as is_counted,
        units.unit_state = 'eligible'
        and coalesce(units.matures_at >= settings.as_of, false) as is_immature
    from units
    inner join kpis
        on units.metric_slug = kpis.metric_slug
    cross join settings
),

persons as (
    select
        metric_slug,
        period_start_date,
        channel_slug,
        contact_reason_slug,
        team_key,
        person_key,
        count(case when is_counted then 1 end) as unit_count,
        coalesce(sum(case when is_counted then success end), 0) as success_count,
        count(case when is_immature then 1 end) as immature_count,
        count(case when unit_state = 'unknown' then 1 end) as unknown_count,
        count(case when unit_state = 'excluded' then 1 end) as excluded_count
    from judged_units
    group by
        metric_slug,
        period_start_date,
        channel_slug,
        contact_reason_slug,
        team_key,
        person_key
),

cells as (
    select
        metric_slug,
        period_start_date,
        channel_slug,
        contact_reason_slug,
        team_key,
        cast(sum(success_count) as bigint) as numerator,
        cast(sum(unit_count) as bigint) as denominator,
        sum(success_count) / nullif(cast(sum(unit_count) as double), 0) as rate,
        count(case when unit_count > 0 then 1 end) as person_count,
        sum(unit_count * unit_count) as unit_square_sum,
        sum(success_count * unit_count) as cross_sum,
        sum(success_count * success_count) as success_square_sum,
        cast(sum(immature_count) as bigint) as immature_count,
        cast(sum(unknown_count) as bigint) as unknown_count,
        cast(sum(excluded_count) as bigint) as excluded_count
    from persons
    group by
        metric_slug,
        period_start_date,
        channel_slug,
        contact_reason_slug,
        team_key
),

bounded_cells as (
    select
        *,
        denominator / {{ design_effect(
            'rate', 'denominator', 'person_count', 'unit_square_sum', 'cross_sum',
            'success_square_sum'
        ) }} as effective_n
    from cells
)

select
    {{ surrogate_key([
        'cells.metric_slug', 'cells.period_start_date', 'cells.channel_slug',
        'cells.contact_reason_slug', 'cells.team_key'
    ]) }} as cell_key,
    cells.metric_slug,
    cells.period_start_date,
    cells.channel_slug,
    cells.contact_reason_slug,
    cells.team_key,
    cells.numerator,
    cells.denominator,
    cells.rate,
    {{ wilson_bound('-', 'cells.rate', 'nullif(cells.effective_n, 0)') }} as ci_low,
    {{ wilson_bound('+', 'cells.rate', 'nullif(cells.effective_n, 0)') }} as ci_high,
    cells.immature_count,
    cells.unknown_count,
    cells.excluded_count,
    cells.immature_count = 0 as is_mature,
    cells.denominator >= kpis.minimum_n as is_minimum_n,
    kpis.definition_version
from bounded_cells as cells
inner join kpis
    on cells.metric_slug = kpis.metric_slug
