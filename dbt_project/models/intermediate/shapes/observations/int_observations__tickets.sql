{{ config(materialized='view') }}

with users as (
    select * from {{ ref('stg_tickets__users') }}
    where author_type = 'customer'
),

observations as (
    select
        user_id as source_profile_id,
        email,
        phone,
        account_id,
        -- One field holds the whole name: the last word is the surname, the rest is given.
        nullif(trim({{ replaced_matches('full_name', '\\S+$', '') }}), '') as given_name,
        {{ matched_part('full_name', '(\\S+)$') }} as surname,
        language,
        coalesce(updated_at, created_at) as seen_at,
        _load_id
    from users
)

select
    'tickets' as source_name,
    source_profile_id,
    {{ surrogate_key(["'tickets'", 'source_profile_id']) }} as profile_key,
    email,
    phone,
    account_id,
    given_name,
    surname,
    language,
    min(seen_at) as first_seen_at,
    max(seen_at) as last_seen_at,
    max(_load_id) as _load_id
from observations
group by
    source_profile_id,
    email,
    phone,
    account_id,
    given_name,
    surname,
    language
