{{ config(materialized='view') }}

with contacts as (
    select * from {{ ref('stg_chat__contacts') }}
),

observations as (
    select
        contact_id as source_profile_id,
        email,
        phone,
        account_id,
        -- One field holds the whole name: the last word is the surname, the rest is given.
        nullif(trim(regexp_replace(full_name, '\S+$', '')), '') as given_name,
        regexp_extract(full_name, '(\S+)$', 1) as surname,
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
    cast(null as varchar) as loyalty_card,
    account_id,
    cast(null as varchar) as device_id,
    cast(null as varchar) as social_handle,
    cast(null as varchar) as contact_id,
    given_name,
    surname,
    cast(null as date) as birth_date,
    cast(null as varchar) as gender,
    language,
    country_code,
    city,
    cast(null as varchar) as postcode,
    cast(null as varchar) as street_address,
    cast(null as varchar) as segment_slug,
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
