{{ config(materialized='view') }}


with orders as (
    select * from {{ ref('stg_kiosk__orders') }}
)

select
    'kiosk' as source_name,
    buyer_id as source_profile_id,
    {{ surrogate_key(["'kiosk'", 'buyer_id']) }} as profile_key,
    email,
    given_name,
    surname,
    min(ordered_at) as first_seen_at,
    max(ordered_at) as last_seen_at,
    max(_load_id) as _load_id
from orders
group by
    buyer_id,
    email,
    given_name,
    surname
