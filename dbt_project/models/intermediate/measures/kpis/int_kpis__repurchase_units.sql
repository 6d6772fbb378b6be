-- A first order is a unit of every KPI that asks whether its customer bought again.
with purchases as (
    select * from {{ ref('int_orders__orders') }}
    where is_purchase
),

customers as (
    select * from {{ ref('int_identity__customers') }}
),

purchase_windows as (
    select * from {{ ref('purchase_windows') }}
),

-- A purchase without a customer may be somebody's first: it is counted apart, as unknown.
first_purchases as (
    select
        purchases.order_key,
        purchases.customer_key,
        purchases.store_key,
        purchases.channel_slug,
        purchases.ordered_date,
        purchases.ordered_at,
        purchase_windows.metric_slug as window_metric_slug,
        purchases.is_first_order,
        purchases.ordered_at + {{ duration_of('purchase_windows.after_days', 'day') }}
            as window_starts_at,
        purchases.ordered_at + {{ duration_of('purchase_windows.until_days', 'day') }}
            as window_ends_at
    from purchases
    cross join purchase_windows
    where purchases.order_number = 1 or purchases.customer_key is null
),

later_purchases as (
    select * from purchases
    where order_number > 1
),

repurchases as (
    select
        first_purchases.order_key,
        first_purchases.window_metric_slug,
        count(later_purchases.order_key) > 0 as has_repurchased
    from first_purchases
    left join later_purchases
        on
            first_purchases.customer_key = later_purchases.customer_key
            and first_purchases.window_starts_at < later_purchases.ordered_at
            and first_purchases.window_ends_at >= later_purchases.ordered_at
    group by
        first_purchases.order_key,
        first_purchases.window_metric_slug
),

judged_purchases as (
    select
        first_purchases.*,
        customers.segment_slug,
        case
            when not coalesce(customers.is_identified, false) then 'unknown'
            when not coalesce(first_purchases.is_first_order, false) then 'excluded'
            else 'eligible'
        end as purchase_state,
        repurchases.has_repurchased
    from first_purchases
    inner join repurchases
        on
            first_purchases.order_key = repurchases.order_key
            and first_purchases.window_metric_slug = repurchases.window_metric_slug
    left join customers
        on first_purchases.customer_key = customers.customer_key
),

units as (
    {{ kpi_units('judged_purchases', [
        kpi_unit(
            none, 'ordered_at', 'has_repurchased', state='purchase_state',
            matures_at='window_ends_at', metric_column='window_metric_slug'
        )
    ]) }}
)

select
    metric_slug,
    order_key as unit_key,
    customer_key,
    ordered_date as anchor_date,
    channel_slug,
    segment_slug,
    store_key,
    unit_value,
    unit_state,
    window_starts_at as watched_from,
    matures_at
from units
