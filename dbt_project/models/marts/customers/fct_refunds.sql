with refund_lines as (
    select * from {{ ref('int_orders__refund_lines') }}
),

customers as (
    select * from {{ ref('int_identity__customers') }}
)

select
    -- keys
    refund_lines.refund_line_key,
    refund_lines.refund_key,
    refund_lines.order_key,
    refund_lines.order_line_key,
    refund_lines.customer_key,
    refund_lines.source_name,
    refund_lines.source_refund_id,
    refund_lines.store_key,
    refund_lines.product_key,

    -- attributes
    refund_lines.channel_slug,
    customers.segment_slug,
    refund_lines.currency,

    -- measures
    cast(refund_lines.quantity as decimal(18, 3)) as quantity,
    cast(refund_lines.amount_original as decimal(18, 4)) as amount_original,
    cast(refund_lines.exchange_rate as decimal(18, 8)) as exchange_rate,
    cast(refund_lines.refund_amount as decimal(18, 2)) as refund_amount,
    cast(refund_lines.margin_change_amount as decimal(18, 4)) as margin_change_amount,

    -- flags
    refund_lines.order_key is not null as has_order,
    refund_lines.is_booked,

    -- timestamps
    refund_lines.ordered_date,
    refund_lines.refunded_date,
    refund_lines.refunded_at,

    refund_lines._load_id
from refund_lines
left join customers
    on refund_lines.customer_key = customers.customer_key
