{{ config(materialized='view') }}

-- A referred address belongs to somebody else: it is no identifier of the referrer.
with member_versions as (
    select
        card_number as source_profile_id,
        email,
        phone,
        card_number as loyalty_card,
        given_name,
        surname,
        updated_at,
        _load_id
    from {{ ref('stg_loyalty__member_versions') }}
    where card_number is not null
)

select
    'loyalty' as source_name,
    source_profile_id,
    {{ surrogate_key(["'loyalty'", 'source_profile_id']) }} as profile_key,
    email,
    phone,
    loyalty_card,
    given_name,
    surname,
    min(updated_at) as first_seen_at,
    max(updated_at) as last_seen_at,
    max(_load_id) as _load_id
from member_versions
group by
    source_profile_id,
    email,
    phone,
    loyalty_card,
    given_name,
    surname
