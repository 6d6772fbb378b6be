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
    cast(null as varchar) as phone,
    cast(null as varchar) as loyalty_card,
    cast(null as varchar) as account_id,
    cast(null as varchar) as device_id,
    cast(null as varchar) as social_handle,
    cast(null as varchar) as contact_id,
    cast(null as varchar) as given_name,
    cast(null as varchar) as surname,
    cast(null as date) as birth_date,
    cast(null as varchar) as gender,
    cast(null as varchar) as language,
    cast(null as varchar) as country_code,
    cast(null as varchar) as city,
    cast(null as varchar) as postcode,
    cast(null as varchar) as street_address,
    cast(null as varchar) as segment_slug,
    min(occurred_at) as first_seen_at,
    max(occurred_at) as last_seen_at,
    max(_load_id) as _load_id
from events
group by source_profile_id, email
