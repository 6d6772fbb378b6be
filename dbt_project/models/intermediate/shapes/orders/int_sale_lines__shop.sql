{{ config(materialized='view') }}


with order_lines as (
    select * from {{ ref('stg_shop__order_lines') }}
),

orders as (
    select * from {{ ref('stg_shop__orders') }}
)

select
    'shop' as source_name,
    order_lines.order_id as source_order_id,
    order_lines.order_line_id as source_line_id,
    orders.shop_customer_id as source_profile_id,
    order_lines.product_id as product_key,
    orders.channel_slug,
    orders.currency,
    order_lines.quantity,
    order_lines.unit_price as unit_price_original,
    order_lines.discount_amount as discount_original,
    order_lines.line_amount as amount_original,
    orders.ordered_at as sold_at,
    order_lines._load_id
from order_lines
inner join orders
    on order_lines.order_id = orders.order_id
