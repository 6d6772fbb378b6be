{{ config(materialized='view') }}

with events as (
    select
        coalesce(user_id, 'anonymous:' || anonymous_id) as source_profile_id,
        user_id as account_id,
        coalesce(device_id, anonymous_id) as device_id,
        email,
        phone,
        given_name,
        surname,
        language,
        occurred_at,
        _load_id
    from {{ ref('int_web__events') }}
    where not is_bot and coalesce(user_id, anonymous_id) is not null
)

select
    'web' as source_name,
    source_profile_id,
    {{ surrogate_key(["'web'", 'source_profile_id']) }} as profile_key,
    email,
    phone,
    account_id,
    device_id,
    given_name,
    surname,
    language,
    min(occurred_at) as first_seen_at,
    max(occurred_at) as last_seen_at,
    max(_load_id) as _load_id
from events
group by
    source_profile_id,
    email,
    phone,
    account_id,
    device_id,
    given_name,
    surname,
    language
