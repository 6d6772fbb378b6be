{{ config(materialized='view') }}

with contacts as (
    select * from {{ ref('stg_crm__contacts') }}
),

merged_contacts as (
    select
        contact_id,
        {{ one_row_per(words(replaced_matches('merged_contact_ids', '[;,\\s]+', ' '))) }}
            as merged_id,
        updated_at,
        _load_id
    from contacts
    where merged_contact_ids is not null
),

other_addresses as (
    select
        contact_id,
        {{ one_row_per(words(replaced_matches('other_emails', '[;,\\s]+', ' '))) }} as email,
        created_at,
        _load_id
    from contacts
    where other_emails is not null
)

select
    'crm' as source_name,
    contact_id as source_profile_id,
    {{ surrogate_key(["'crm'", 'contact_id']) }} as profile_key,
    email,
    phone,
    social_handle,
    contact_id,
    given_name,
    surname,
    birth_date,
    gender,
    language,
    country_code,
    city,
    postcode,
    street_address,
    segment_slug,
    cast(null as varchar) as merged_profile_id,
    created_at as first_seen_at,
    updated_at as last_seen_at,
    _load_id
from contacts

union all

-- The vendor may add to the id when it was merged: 101:1700000000.
select
    'crm' as source_name,
    contact_id as source_profile_id,
    {{ surrogate_key(["'crm'", 'contact_id']) }} as profile_key,
    cast(null as varchar) as email,
    cast(null as varchar) as phone,
    cast(null as varchar) as social_handle,
    contact_id,
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
    split_part(merged_id, ':', 1) as merged_profile_id,
    updated_at as first_seen_at,
    updated_at as last_seen_at,
    _load_id
from merged_contacts
where merged_id != ''

union all

-- An address that somebody no longer uses still says who they are, and is not their latest.
select
    'crm' as source_name,
    contact_id as source_profile_id,
    {{ surrogate_key(["'crm'", 'contact_id']) }} as profile_key,
    email,
    cast(null as varchar) as phone,
    cast(null as varchar) as social_handle,
    contact_id,
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
    cast(null as varchar) as merged_profile_id,
    created_at as first_seen_at,
    created_at as last_seen_at,
    _load_id
from other_addresses
where email != ''
