{{ config(materialized='view') }}

with contacts as (
    select * from {{ ref('stg_chat__contacts') }}
),

conversations as (
    select * from {{ ref('stg_chat__conversations') }}
    where merged_contact_id is not null
),

observations as (
    select
        contact_id as source_profile_id,
        email,
        phone,
        account_id,
        -- One field holds the whole name: the last word is the surname, the rest is given.
        nullif(trim({{ replaced_matches('full_name', '\\S+$', '') }}), '') as given_name,
        {{ matched_part('full_name', '(\\S+)$') }} as surname,
        language,
        country_code,
        city,
        coalesce(updated_at, created_at) as seen_at,
        _load_id
    from contacts
)

select
    'chat' as source_name,
    source_profile_id,
    {{ surrogate_key(["'chat'", 'source_profile_id']) }} as profile_key,
    email,
    phone,
    account_id,
    given_name,
    surname,
    language,
    country_code,
    city,
    cast(null as varchar) as merged_profile_id,
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
    language,
    country_code,
    city

union all

select
    'chat' as source_name,
    contact_id as source_profile_id,
    {{ surrogate_key(["'chat'", 'contact_id']) }} as profile_key,
    cast(null as varchar) as email,
    cast(null as varchar) as phone,
    cast(null as varchar) as account_id,
    cast(null as varchar) as given_name,
    cast(null as varchar) as surname,
    cast(null as varchar) as language,
    cast(null as varchar) as country_code,
    cast(null as varchar) as city,
    merged_contact_id as merged_profile_id,
    min(updated_at) as first_seen_at,
    max(updated_at) as last_seen_at,
    max(_load_id) as _load_id
from conversations
group by contact_id, merged_contact_id
