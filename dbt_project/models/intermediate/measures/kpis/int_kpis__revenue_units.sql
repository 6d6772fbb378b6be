-- What purchases bring, and what of it comes back. Nobody need be known for it.
with purchases as (
    select * from {{ ref('int_orders__orders') }}
    where is_purchase
),

order_lines as (
    select * from {{ ref('int_orders__order_lines') }}
    where is_purchase
),

refund_lines as (
    select * from {{ ref('int_orders__refund_lines') }}
    where order_key is not null
),

customers as (
    select * from {{ ref('int_identity__customers') }}
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

-- What came back in time; one unknown cost leaves the margin unknown.
margin_changes as (
    select
        purchases.order_key,
        case
            when count(refund_lines.margin_change_amount) = count(*)
                then sum(refund_lines.margin_change_amount)
        end as margin_change_amount
    from purchases
    cross join windows
    inner join refund_lines
        on
            purchases.order_key = refund_lines.order_key
            and refund_lines.refunded_at <= purchases.ordered_at + windows.refund_window
    group by purchases.order_key
),

sales as (
    select
        purchases.order_key as unit_key,
        'order' as sale_type,
        purchases.customer_key,
        purchases.channel_slug,
        purchases.store_key,
        cast(null as varchar) as product_key,
        purchases.amount,
        purchases.amount - purchases.cost_amount
        + case
            when margin_changes.order_key is null then 0
            else margin_changes.margin_change_amount
        end as margin_amount,
        cast(null as boolean) as is_returned,
        purchases.ordered_date,
        purchases.ordered_at
    from purchases
    left join margin_changes
        on purchases.order_key = margin_changes.order_key

    union all

    select
        order_lines.order_line_key as unit_key,
        'line' as sale_type,
        order_lines.customer_key,
        order_lines.channel_slug,
        order_lines.store_key,
        order_lines.product_key,
        cast(null as decimal(18, 2)) as amount,
        cast(null as decimal(18, 2)) as margin_amount,
        coalesce(
            order_lines.first_refunded_at <= order_lines.ordered_at + windows.refund_window, false
        ) as is_returned,
        order_lines.ordered_date,
        order_lines.ordered_at
    from order_lines
    cross join windows
),

judged_sales as (
    select
        sales.*,
        customers.segment_slug,
        case when sales.margin_amount is null then 'excluded' else 'eligible' end as margin_state,
        sales.ordered_at + windows.refund_window as refunds_known_at
    from sales
    cross join windows
    left join customers
        on sales.customer_key = customers.customer_key
),

units as (
    {{ kpi_units('judged_sales', [
        kpi_unit('basket', 'ordered_at', 'amount', among="sale_type = 'order'"),
        kpi_unit(
            'margin_per_order', 'ordered_at', 'margin_amount', among="sale_type = 'order'",
            state='margin_state', matures_at='refunds_known_at'
        ),
        kpi_unit(
            'refund_rate_lines', 'ordered_at', 'is_returned', among="sale_type = 'line'",
            matures_at='refunds_known_at'
        )
    ]) }}
)

select
    metric_slug,
    unit_key,
    customer_key,
    ordered_date as anchor_date,
    channel_slug,
    segment_slug,
    product_key,
    store_key,
    unit_value,
    unit_state,
    matures_at
from units
