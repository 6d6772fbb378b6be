with purchase_windows as (
    select * from {{ ref('purchase_windows') }}
    where after_days = 0
),

first_orders as (
    select
        *,
        cast(date_trunc('month', anchor_date) as date) as cohort_month_date
    from {{ ref('int_kpis__purchase_units') }}
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
        ) as customer_count,
        count(*) filter (
            where
            first_orders.unit_state = 'eligible'
            and first_orders.matures_at < settings.as_of
            and first_orders.unit_value = 1
        ) as repurchasing_count,
        count(*) filter (
            where first_orders.unit_state = 'eligible' and first_orders.matures_at >= settings.as_of
        ) as immature_count,
        count(*) filter (where first_orders.unit_state = 'excluded') as excluded_count,
        count(*) filter (where first_orders.unit_state = 'unknown') as unknown_count
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
        repurchasing_count / nullif(cast(customer_count as double), 0) as repurchase_rate
    from cohorts
)

select
    rates.cohort_month_date,
    rates.channel_slug,
    rates.window_days,
    rates.customer_count,
    rates.repurchasing_count,
    rates.immature_count,
    rates.excluded_count,
    rates.unknown_count,
    rates.repurchase_rate,
    {{ wilson_bound('-', 'rates.repurchase_rate', 'nullif(rates.customer_count, 0)') }} as ci_low,
    {{ wilson_bound('+', 'rates.repurchase_rate', 'nullif(rates.customer_count, 0)') }} as ci_high,
    rates.immature_count = 0 as is_mature,
    rates.customer_count >= kpis.minimum_n as is_min_n,
    kpis.definition_version
from rates
inner join kpis
    on rates.metric_slug = kpis.metric_slug
