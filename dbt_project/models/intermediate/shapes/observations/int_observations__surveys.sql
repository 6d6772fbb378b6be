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
    account_id,
    given_name,
    surname,
    language,
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
