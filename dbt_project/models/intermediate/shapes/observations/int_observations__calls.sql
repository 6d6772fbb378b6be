{{ config(materialized='view') }}

with contact_records as (
    select * from {{ ref('stg_calls__contact_records') }}
    where media_channel = 'VOICE' and customer_phone is not null
)

select
    'calls' as source_name,
    customer_phone as source_profile_id,
    {{ surrogate_key(["'calls'", 'customer_phone']) }} as profile_key,
    cast(null as varchar) as email,
    customer_phone as phone,
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
    min(initiated_at) as first_seen_at,
    max(initiated_at) as last_seen_at,
    max(_load_id) as _load_id
from contact_records
group by customer_phone
