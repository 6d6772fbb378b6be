{{ config(materialized='view') }}

with contacts as (
    select * from {{ ref('stg_crm__contacts') }}
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
    created_at as first_seen_at,
    updated_at as last_seen_at,
    _load_id
from contacts
