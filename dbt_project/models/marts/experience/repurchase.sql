with purchase_windows as (
    select * from {{ ref('purchase_windows') }}
    where after_days = 0
),

first_orders as (
    select
        *,
        cast(date_trunc('month', anchor_date) as date) as cohort_month_date
    from {{ ref('int_kpis__repurchase_units') }}
),

kpis as (
    select * from {{ ref('kpis') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

cohorts as (
    select
        first_orders.metric_slug,
        first_orders.cohort_month_date,
        first_orders.channel_slug,
        purchase_windows.until_days as window_days,
        count(*) filter (
            where first_orders.unit_state = 'eligible' and first_orders.matures_at < settings.as_of
        ) as denominator,
        count(*) filter (
            where
            first_orders.unit_state = 'eligible'
            and first_orders.matures_at < settings.as_of
            and first_orders.unit_value = 1
        ) as numerator,
        count(*) filter (
            where first_orders.unit_state = 'eligible' and first_orders.matures_at >= settings.as_of
        ) as n_immature,
        count(*) filter (where first_orders.unit_state = 'excluded') as n_excluded,
        count(*) filter (where first_orders.unit_state = 'unknown') as n_unknown
    from first_orders
    inner join purchase_windows
        on first_orders.metric_slug = purchase_windows.metric_slug
    cross join settings
    group by
        first_orders.metric_slug,
        first_orders.cohort_month_date,
        first_orders.channel_slug,
        purchase_windows.until_days
),

rates as (
    select
        *,
        numerator / nullif(cast(denominator as double), 0) as value
    from cohorts
)

select
    rates.cohort_month_date,
    rates.channel_slug,
    rates.window_days,
    rates.denominator,
    rates.numerator,
    rates.n_immature,
    rates.n_excluded,
    rates.n_unknown,
    rates.value,
    {{ wilson_bound('-', 'rates.value', 'nullif(rates.denominator, 0)') }} as ci_low,
    {{ wilson_bound('+', 'rates.value', 'nullif(rates.denominator, 0)') }} as ci_high,
    rates.n_immature = 0 as is_mature,
    rates.denominator >= kpis.minimum_n as is_min_n,
    kpis.definition_version
from rates
inner join kpis
    on rates.metric_slug = kpis.metric_slug
