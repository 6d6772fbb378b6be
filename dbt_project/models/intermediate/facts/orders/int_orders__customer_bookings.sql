-- What a customer brought: each purchase less what came back of it, and what they gave back without
-- a receipt, which is of no order.
{{ config(materialized='view') }}

with orders as (
    select * from {{ ref('int_orders__orders') }}
    where customer_key is not null and is_purchase
),

receiptless_refunds as (
    select * from {{ ref('int_orders__refund_lines') }}
    where customer_key is not null and order_key is null
)

select
    customer_key,
    order_key,
    net_amount,
    margin_amount,
    ordered_at as booked_at
from orders

union all

select
    customer_key,
    order_key,
    -refund_amount as net_amount,
    margin_change_amount as margin_amount,
    refunded_at as booked_at
from receiptless_refunds
