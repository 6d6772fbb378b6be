{{ config(materialized='view') }}

with responses as (
    select * from {{ ref('stg_surveys__responses') }}
    where not is_test
),

invitation_messages as (
    select * from {{ ref('stg_surveys__invitation_messages') }}
),

contacts as (
    select
        source_profile_id,
        email,
        account_id,
        given_name,
        surname,
        language,
        recorded_at as seen_at,
        _load_id
    from responses

    union all

    select
        source_profile_id,
        email,
        account_id,
        cast(null as varchar) as given_name,
        cast(null as varchar) as surname,
        cast(null as varchar) as language,
        sent_at as seen_at,
        _load_id
    from invitation_messages
)

select
    'surveys' as source_name,
    source_profile_id,
    {{ surrogate_key(["'surveys'", 'source_profile_id']) }} as profile_key,
    email,
    cast(null as varchar) as phone,
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
    cast(null as varchar) as country_code,
    cast(null as varchar) as city,
    cast(null as varchar) as postcode,
    cast(null as varchar) as street_address,
    cast(null as varchar) as segment_slug,
    min(seen_at) as first_seen_at,
    max(seen_at) as last_seen_at,
    max(_load_id) as _load_id
from contacts
where source_profile_id is not null
group by
    source_profile_id,
    email,
    account_id,
    given_name,
    surname,
    language
