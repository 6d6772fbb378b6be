{{ config(materialized='view') }}

with readings as (
    select
        'device:' || device_id as source_profile_id,
        device_id,
        entered_at,
        left_at,
        _load_id
    from {{ ref('stg_sensors__readings') }}
    where device_id is not null
)

select
    'sensors' as source_name,
    source_profile_id,
    {{ surrogate_key(["'sensors'", 'source_profile_id']) }} as profile_key,
    cast(null as varchar) as email,
    cast(null as varchar) as phone,
    cast(null as varchar) as loyalty_card,
    cast(null as varchar) as account_id,
    device_id,
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
    min(entered_at) as first_seen_at,
    max(left_at) as last_seen_at,
    max(_load_id) as _load_id
from readings
group by
    source_profile_id,
    device_id
