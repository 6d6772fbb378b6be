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
    account_id,
    given_name,
    surname,
    language,
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
