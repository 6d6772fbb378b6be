{{ config(materialized='view') }}

with events as (
    select * from {{ ref('stg_kiosk__events') }}
    where event_kind = 'consent'
)

select
    'kiosk' as source_name,
    {{ surrogate_key(["'kiosk'", 'buyer_id']) }} as profile_key,
    'email' as channel_slug,
    event_value = 'yes' as is_allowed,
    happened_at as changed_at,
    _load_id
from events
