{{ config(materialized='view') }}

with events as (
    select * from {{ ref('stg_kiosk__events') }}
    where event_kind in ('message', 'solved')
)

select
    {{ surrogate_key(["'kiosk'", 'subject_id']) }} as case_key,
    'kiosk' as source_name,
    subject_id as case_id,
    'ticket' as channel_slug,
    {{ surrogate_key(["'kiosk'", 'max(buyer_id)']) }} as profile_key,
    'customer' as started_by,
    sum(case when event_kind = 'message' then 1 else 0 end) as customer_turn_count,
    max(case when event_kind = 'solved' then 1 else 0 end) = 1 as is_solved,
    min(happened_at) as opened_at,
    max(case when event_kind = 'solved' then happened_at end) as last_solved_at,
    max(_load_id) as _load_id
from events
group by subject_id
