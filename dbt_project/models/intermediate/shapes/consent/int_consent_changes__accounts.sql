{{ config(materialized='view') }}


with account_versions as (
    select * from {{ ref('stg_accounts__account_versions') }}
),

answers as (
    select
        {{ surrogate_key(["'accounts'", 'account_id']) }} as profile_key,
        {{ one_row_per_place({
            'channel_slug': ["'email'", "'sms'", "'push'"],
            'consent': ['email_consent', 'sms_consent', 'push_consent']
        }) }},
        consented_at as changed_at,
        _load_id
    from account_versions
)

select
    'accounts' as source_name,
    profile_key,
    channel_slug,
    case consent when 'true' then true when 'false' then false end as is_allowed,
    changed_at,
    _load_id
from answers
