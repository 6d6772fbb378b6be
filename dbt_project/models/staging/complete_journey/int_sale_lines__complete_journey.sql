{{ config(materialized='view') }}


with transactions as (
    select * from {{ ref('stg_complete_journey__transactions') }}
)

select
    'complete_journey' as source_name,
    basket_id as source_order_id,
    product_id as source_line_id,
    household_id as source_profile_id,
    store_id as store_key,
    product_id as product_key,
    'store' as channel_slug,
    currency,
    'America/New_York' as business_time_zone,
    quantity,
    -- A weighed article has no pieces, and so no price of one.
    (sales_amount + card_discount_amount + coupon_match_discount_amount)
    / nullif(quantity, 0) as unit_price_original,
    card_discount_amount + coupon_match_discount_amount as discount_original,
    sales_amount as amount_original,
    sold_at,
    _load_id
from transactions
