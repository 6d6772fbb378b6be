{{ config(materialized='view') }}


with member_versions as (
    select * from {{ ref('stg_loyalty__member_versions') }}
),

answers as (
    select
        {{ surrogate_key(["'loyalty'", 'card_number']) }} as profile_key,
        {{ one_row_per_place({
            'channel_slug': ["'email'", "'sms'"],
            'consent': ['email_consent', 'sms_consent']
        }) }},
        consented_at as changed_at,
        _load_id
    from member_versions
)

select
    'loyalty' as source_name,
    profile_key,
    channel_slug,
    case consent when 'yes' then true when 'no' then false end as is_allowed,
    changed_at,
    _load_id
from answers
