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

settings as (
    select * from {{ ref('int_company__settings') }}
),

cohorts as (
    select
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
        first_orders.cohort_month_date,
        first_orders.channel_slug,
        purchase_windows.until_days
)

select
    cohort_month_date,
    channel_slug,
    window_days,
    customer_count,
    repurchasing_count,
    immature_count,
    excluded_count,
    unknown_count,
    repurchasing_count / nullif(customer_count, 0) as repurchase_rate,
    immature_count = 0 as is_mature
from cohorts
