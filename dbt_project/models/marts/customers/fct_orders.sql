with orders as (
    select * from {{ ref('int_orders__orders') }}
),

lifecycle_spans as (
    select * from {{ ref('int_journeys__lifecycle_spans') }}
)

select
    -- keys
    orders.order_key,
    orders.customer_key,
    orders.source_name,
    orders.source_order_id,
    orders.store_key,
    orders.checkout_key,
    orders.campaign_key,

    -- attributes
    orders.channel_slug,
    lifecycle_spans.lifecycle_stage_slug,
    orders.currency,

    -- measures
    cast(orders.order_number as bigint) as order_number,
    cast(orders.line_count as bigint) as line_count,
    cast(orders.amount_original as decimal(18, 4)) as amount_original,
    cast(orders.discount_original as decimal(18, 4)) as discount_original,
    cast(orders.refund_original as decimal(18, 4)) as refund_original,
    cast(orders.exchange_rate as decimal(18, 8)) as exchange_rate,
    orders.amount,
    orders.discount_amount,
    cast(orders.refund_amount as decimal(18, 2)) as refund_amount,
    cast(orders.net_amount as decimal(18, 2)) as net_amount,
    orders.margin_amount,

    -- flags
    orders.is_paid,
    orders.is_cancelled,
    orders.is_purchase,
    orders.is_late,
    orders.is_first_order,

    -- timestamps
    orders.ordered_date,
    orders.ordered_at,
    orders.promised_at,
    orders.shipped_at,
    orders.delivered_at,
    orders.cancelled_at,

    orders._load_id
from orders
-- The stage from which the customer ordered: the order itself begins the next one.
left join lifecycle_spans
    on
        orders.customer_key = lifecycle_spans.customer_key
        and orders.ordered_at > lifecycle_spans.started_at
        and coalesce(orders.ordered_at <= lifecycle_spans.ended_at, true)
