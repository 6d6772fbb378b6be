{{ config(materialized='view') }}

with events as (
    select
        email as source_profile_id,
        email,
        occurred_at,
        _load_id
    from {{ ref('stg_email__events') }}
    where email is not null
)

select
    'email' as source_name,
    source_profile_id,
    {{ surrogate_key(["'email'", 'source_profile_id']) }} as profile_key,
    email,
    min(occurred_at) as first_seen_at,
    max(occurred_at) as last_seen_at,
    max(_load_id) as _load_id
from events
group by source_profile_id, email
