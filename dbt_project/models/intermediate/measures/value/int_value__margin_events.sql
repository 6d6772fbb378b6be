-- Each purchase with what it brought when it was made, and each thing given back when it came back:
-- on any day one can say what was known by then.
{{ config(materialized='view') }}

with orders as (
    select * from {{ ref('int_orders__orders') }}
    where customer_key is not null and is_purchase
),

refund_lines as (
    select * from {{ ref('int_orders__refund_lines') }}
    where customer_key is not null and refunded_at is not null
)

select
    customer_key,
    true as is_purchase,
    order_key as source_key,
    cast(amount - cost_amount as double) as margin_amount,
    ordered_at as occurred_at,
    ordered_at as purchased_at
from orders

union all

select
    refund_lines.customer_key,
    false as is_purchase,
    refund_lines.refund_line_key as source_key,
    cast(refund_lines.margin_change_amount as double) as margin_amount,
    refund_lines.refunded_at as occurred_at,
    -- What came back without a receipt is of no purchase.
    coalesce(orders.ordered_at, refund_lines.refunded_at) as purchased_at
from refund_lines
left join orders
    on refund_lines.order_key = orders.order_key
-- What came back of an order that is no purchase takes nothing away.
where refund_lines.order_key is null or orders.order_key is not null
