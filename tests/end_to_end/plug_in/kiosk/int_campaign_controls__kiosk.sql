{{ config(materialized='view') }}

with events as (
    select * from {{ ref('stg_kiosk__events') }}
    where event_kind = 'held_out'
)

select
    'kiosk' as source_name,
    {{ surrogate_key(["'kiosk'", 'buyer_id']) }} as profile_key,
    subject_id as campaign_key,
    'mail' as channel_slug,
    happened_at as held_out_at,
    _load_id
from events
