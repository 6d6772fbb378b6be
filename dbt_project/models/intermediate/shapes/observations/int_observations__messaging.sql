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
    cast(null as varchar) as email,
    phone,
    cast(null as varchar) as loyalty_card,
    account_id,
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
group by source_profile_id, phone, account_id
