{{ config(materialized='view') }}

with events as (
    select * from {{ ref('stg_kiosk__events') }}
    where event_kind = 'cart'
)

select
    {{ surrogate_key(["'kiosk'", 'subject_id']) }} as checkout_key,
    'kiosk' as source_name,
    {{ surrogate_key(["'kiosk'", 'buyer_id']) }} as profile_key,
    'shop' as channel_slug,
    happened_at as started_at,
    _load_id
from events
