{{ config(materialized='view') }}


with orders as (
    select * from {{ ref('stg_kiosk__orders') }}
)

select
    'kiosk' as source_name,
    order_id as source_order_id,
    buyer_id as source_profile_id,
    'shop' as channel_slug,
    currency,
    total_amount as amount_original,
    state in ('paid', 'refunded') as is_paid,
    state = 'cancelled' as is_cancelled,
    ordered_at,
    promised_at,
    delivered_at,
    _load_id
from orders
