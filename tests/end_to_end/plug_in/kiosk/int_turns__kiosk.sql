{{ config(materialized='view') }}

with events as (
    select * from {{ ref('stg_kiosk__events') }}
    where event_kind = 'message'
)

select
    'kiosk' as source_name,
    'ticket' as channel_slug,
    subject_id as case_id,
    event_id as turn_id,
    'customer' as author_type,
    event_value as body,
    true as is_public,
    happened_at as spoke_at,
    _load_id
from events
