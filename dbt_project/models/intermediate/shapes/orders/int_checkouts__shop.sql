{{ config(materialized='view') }}


with checkouts as (
    select * from {{ ref('stg_shop__checkouts') }}
)

select
    {{ surrogate_key(["'shop'", 'checkout_token']) }} as checkout_key,
    'shop' as source_name,
    case when buyer_id is not null then {{ surrogate_key(["'shop'", 'buyer_id']) }} end
        as profile_key,
    channel_slug,
    currency,
    total_amount as amount_original,
    started_at,
    _load_id
from checkouts
