{{ config(materialized='view') }}

with orders as (
    select * from {{ ref('stg_corner__orders') }}
)

select
    'corner' as source_name,
    order_no as source_order_id,
    customer_no as source_profile_id,
    'shop' as channel_slug,
    currency,
    total as amount_original,
    state = 'bezahlt' as is_paid,
    state = 'storniert' as is_cancelled,
    order_date as ordered_at,
    promised_date,
    delivered_at,
    _load_id
from orders
