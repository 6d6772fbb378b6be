{{ config(materialized='view') }}

-- SMS knows people by number, push by login.
with events as (
    select
        coalesce(phone, account_id) as source_profile_id,
        phone,
        account_id,
        created_at as occurred_at,
        _load_id
    from {{ ref('stg_messaging__messages') }}
    where coalesce(phone, account_id) is not null
)

select
    'messaging' as source_name,
    source_profile_id,
    {{ surrogate_key(["'messaging'", 'source_profile_id']) }} as profile_key,
    phone,
    account_id,
    min(occurred_at) as first_seen_at,
    max(occurred_at) as last_seen_at,
    max(_load_id) as _load_id
from events
group by source_profile_id, phone, account_id
