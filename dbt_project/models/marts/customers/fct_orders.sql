with orders as (
    select * from {{ ref('int_orders__orders') }}
)

select
    -- keys
    order_key,
    customer_key,
    source_name,
    source_order_id,
    store_key,
    checkout_key,
    campaign_key,

    -- attributes
    channel_slug,
    currency,

    -- measures
    cast(order_number as bigint) as order_number,
    cast(line_count as bigint) as line_count,
    cast(amount_original as decimal(18, 2)) as amount_original,
    cast(discount_original as decimal(18, 2)) as discount_original,
    cast(refund_original as decimal(18, 2)) as refund_original,
    cast(exchange_rate as decimal(18, 8)) as exchange_rate,
    amount,
    discount_amount,
    cast(refund_amount as decimal(18, 2)) as refund_amount,
    cast(net_amount as decimal(18, 2)) as net_amount,
    margin_amount,

    -- flags
    is_paid,
    is_cancelled,
    is_purchase,
    is_late,
    is_first_order,

    -- timestamps
    ordered_date,
    ordered_at,
    promised_at,
    shipped_at,
    delivered_at,
    cancelled_at,

    _load_id
from orders
