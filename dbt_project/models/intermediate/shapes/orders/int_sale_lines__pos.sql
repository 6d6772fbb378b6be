{{ config(materialized='view') }}


with receipt_lines as (
    select * from {{ ref('stg_pos__receipt_lines') }}
),

stores as (
    select * from {{ ref('stores') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

placed_lines as (
    select
        receipt_lines.*,
        coalesce(stores.time_zone, settings.default_time_zone) as business_time_zone
    from receipt_lines
    left join stores
        on receipt_lines.store_id = stores.store_id
    cross join settings
)

select
    'pos' as source_name,
    receipt_id as source_order_id,
    line_number as source_line_id,
    case when original_shop_order_id is not null then 'shop' else 'pos' end
        as original_source_name,
    coalesce(original_shop_order_id, original_receipt_id) as source_original_order_id,
    loyalty_card as source_profile_id,
    store_id as store_key,
    product_id as product_key,
    'store' as channel_slug,
    currency,
    business_time_zone,
    quantity,
    unit_price as unit_price_original,
    discount_amount as discount_original,
    line_amount as amount_original,
    {{ to_utc('sold_at_local', 'business_time_zone') }} as sold_at,
    _load_id
from placed_lines
