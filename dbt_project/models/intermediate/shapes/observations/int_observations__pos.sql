{{ config(materialized='view') }}

with receipt_lines as (
    select * from {{ ref('int_orders__sale_lines') }}
    where source_name = 'pos' and source_profile_id is not null
)

select
    'pos' as source_name,
    source_profile_id,
    profile_key,
    cast(null as varchar) as email,
    cast(null as varchar) as phone,
    source_profile_id as loyalty_card,
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
    min(sold_at) as first_seen_at,
    max(sold_at) as last_seen_at,
    max(_load_id) as _load_id
from receipt_lines
group by
    source_profile_id,
    profile_key
