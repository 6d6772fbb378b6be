{{ config(materialized='view') }}


with items as (
    select * from {{ ref('stg_kiosk__items') }}
),

orders as (
    select * from {{ ref('stg_kiosk__orders') }}
)

select
    'kiosk' as source_name,
    items.order_id as source_order_id,
    items.item_number as source_line_id,
    orders.buyer_id as source_profile_id,
    items.product_id as product_key,
    'shop' as channel_slug,
    orders.currency,
    1 as quantity,
    items.price_amount as unit_price_original,
    items.price_amount as amount_original,
    orders.ordered_at as sold_at,
    items._load_id
from items
inner join orders
    on items.order_id = orders.order_id
