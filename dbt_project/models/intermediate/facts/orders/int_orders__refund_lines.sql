-- A view over the shape: with it go the customer, and what the refund takes from the margin.
{{ config(materialized='view') }}

with refunds as (
    select * from {{ ref('int_orders__refunds') }}
),

orders as (
    select * from {{ ref('int_orders__orders') }}
),

products as (
    select * from {{ ref('int_orders__products') }}
),

customer_profiles as (
    select * from {{ ref('int_identity__customer_profiles') }}
)

select
    -- keys
    refunds.refund_line_key,
    refunds.refund_key,
    refunds.order_key,
    refunds.order_line_key,
    -- Whoever bought: else an order and its refund would be two people's.
    case
        when orders.order_key is null then customer_profiles.customer_key
        else orders.customer_key
    end as customer_key,
    refunds.source_name,
    refunds.source_refund_id,
    refunds.store_key,
    refunds.product_key,

    -- attributes
    refunds.channel_slug,
    refunds.currency,

    -- measures
    refunds.quantity,
    refunds.amount_original,
    refunds.exchange_rate,
    refunds.amount as refund_amount,
    -- Unknown is not nothing: goods of unknown cost, or of an order whose margin is unknown.
    case
        when not refunds.is_booked then null
        when orders.order_key is not null and orders.margin_amount is null then null
        when refunds.product_key is null then -refunds.amount
        else refunds.quantity * products.unit_cost - refunds.amount
    end as margin_change_amount,

    -- flags
    refunds.is_booked,

    -- timestamps
    orders.ordered_date,
    refunds.refunded_date,
    refunds.refunded_at,

    refunds._load_id
from refunds
left join orders
    on refunds.order_key = orders.order_key
left join products
    on refunds.product_key = products.product_key
left join customer_profiles
    on refunds.profile_key = customer_profiles.profile_key
