{{ config(materialized='view') }}


with contacts as (
    select * from {{ ref('stg_crm__contacts') }}
),

-- The three answers of a contact bear one date.
answers as (
    select
        {{ surrogate_key(["'crm'", 'contact_id']) }} as profile_key,
        {{ one_row_per_place({
            'channel_slug': ["'email'", "'sms'", "'push'"],
            'is_allowed': ['is_email_allowed', 'is_sms_allowed', 'is_push_allowed']
        }) }},
        coalesce(consented_at, updated_at) as changed_at,
        _load_id
    from contacts
)

select
    'crm' as source_name,
    profile_key,
    channel_slug,
    is_allowed,
    changed_at,
    _load_id
from answers
