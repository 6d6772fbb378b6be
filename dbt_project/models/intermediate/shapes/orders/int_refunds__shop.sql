{{ config(materialized='view') }}


with refunds as (
    select * from {{ ref('int_orders__shop_refunds') }}
    where not is_removal
),

refund_lines as (
    select * from {{ ref('stg_shop__refund_lines') }}
),

shop_lines as (
    select * from {{ ref('int_orders__sale_lines') }}
    where source_name = 'shop'
),

refunded_lines as (
    select
        refund_lines.refund_id,
        refund_lines.refund_line_id,
        shop_lines.order_line_key,
        shop_lines.product_key,
        refund_lines.quantity,
        refund_lines.line_amount as amount_original
    from refund_lines
    left join shop_lines
        on
            refund_lines.order_id = shop_lines.source_order_id
            and refund_lines.order_line_id = shop_lines.source_line_id

    union all

    -- Money beyond the goods: shipping or goodwill; it is negative where a fee was kept.
    select
        refund_id,
        'other' as refund_line_id,
        cast(null as varchar) as order_line_key,
        cast(null as varchar) as product_key,
        0 as quantity,
        refund_amount - goods_amount as amount_original
    from refunds
    where refund_amount != goods_amount
)

select
    'shop' as source_name,
    refunded_lines.refund_id as source_refund_id,
    refunded_lines.refund_line_id as source_refund_line_id,
    {{ surrogate_key(["'shop'", 'refunds.order_id']) }} as order_key,
    refunded_lines.order_line_key,
    refunded_lines.product_key,
    'shop' as channel_slug,
    refunded_lines.quantity,
    refunded_lines.amount_original,
    refunds.refunded_at,
    refunds._load_id
from refunded_lines
inner join refunds
    on refunded_lines.refund_id = refunds.refund_id
