{{ config(materialized='view') }}

with events as (
    select * from {{ ref('stg_kiosk__events') }}
    where event_kind = 'rating'
)

select
    'kiosk' as source_name,
    'stand' as program_slug,
    'stars' as question,
    event_value as answer,
    event_id as response_id,
    {{ surrogate_key(["'kiosk'", 'buyer_id']) }} as profile_key,
    'store' as channel_slug,
    happened_at as answered_at,
    _load_id
from events
