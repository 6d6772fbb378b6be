-- Its goods are its lines, to the cent, unless an edit took some out. What the shop itself does not
-- add up is kept as it came, and somebody is to see it.
{{ config(severity='warn') }}

with orders as (
    select
        source_orders.source_order_id,
        shop_orders.goods_amount
    from {{ ref('int_shapes__orders') }} as source_orders
    inner join {{ ref('stg_shop__orders') }} as shop_orders
        on source_orders.source_order_id = shop_orders.order_id
    where
        source_orders.source_name = 'shop'
        and source_orders.excluded_reason is null
        and source_orders.removed_original = 0
        and shop_orders.goods_amount is not null
),

lines as (
    select
        source_order_id,
        sum(amount_original) as line_amount
    from {{ ref('int_shapes__sale_lines') }}
    where source_name = 'shop'
    group by source_order_id
)

select
    orders.source_order_id,
    orders.goods_amount,
    lines.line_amount
from orders
inner join lines
    on orders.source_order_id = lines.source_order_id
where orders.goods_amount != lines.line_amount
