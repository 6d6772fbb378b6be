{{ config(materialized='view') }}


with orders as (
    select * from {{ ref('stg_kiosk__orders') }}
    where state = 'refunded'
)

select
    'kiosk' as source_name,
    order_id as source_refund_id,
    'all' as source_refund_line_id,
    {{ surrogate_key(["'kiosk'", 'order_id']) }} as order_key,
    'shop' as channel_slug,
    total_amount as amount_original,
    delivered_at as refunded_at,
    _load_id
from orders
