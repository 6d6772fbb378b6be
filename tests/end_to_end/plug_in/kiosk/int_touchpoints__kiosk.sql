{{ config(materialized='view') }}


with orders as (
    select * from {{ ref('int_orders__unlinked_orders') }}
    where source_name = 'kiosk'
)

select
    {{ surrogate_key(["'kiosk'", "'orders'", 'source_order_id']) }} as touchpoint_key,
    'kiosk' as source_name,
    profile_key,
    channel_slug,
    'order_placed' as touchpoint_type_slug,
    ordered_at as occurred_at,
    order_key,
    amount as revenue,
    _load_id
from orders
