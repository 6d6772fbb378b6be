{{ config(materialized='view') }}


with events as (
    select * from {{ ref('stg_email__events') }}
    where
        email is not null
        and event_type in ('unsubscribe', 'group_unsubscribe', 'spamreport', 'group_resubscribe')
)

select
    'email' as source_name,
    {{ surrogate_key(["'email'", 'email']) }} as profile_key,
    'email' as channel_slug,
    event_type = 'group_resubscribe' as is_allowed,
    occurred_at as changed_at,
    _load_id
from events
