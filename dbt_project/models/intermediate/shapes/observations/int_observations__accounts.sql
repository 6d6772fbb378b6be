{{ config(materialized='view') }}

with account_versions as (
    select
        account_id as source_profile_id,
        email,
        phone,
        account_id,
        given_name,
        surname,
        split_part(locale_code, '-', 1) as language,
        updated_at,
        _load_id
    from {{ ref('stg_accounts__account_versions') }}
    where account_id is not null
)

select
    'accounts' as source_name,
    source_profile_id,
    {{ surrogate_key(["'accounts'", 'source_profile_id']) }} as profile_key,
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
    cast(null as varchar) as country_code,
    cast(null as varchar) as city,
    cast(null as varchar) as postcode,
    cast(null as varchar) as street_address,
    cast(null as varchar) as segment_slug,
    min(updated_at) as first_seen_at,
    max(updated_at) as last_seen_at,
    max(_load_id) as _load_id
from account_versions
group by
    source_profile_id,
    email,
    phone,
    account_id,
    given_name,
    surname,
    language
