{{ config(materialized='view') }}


with customer_versions as (
    select * from {{ ref('stg_shop__customer_versions') }}
),

answers as (
    select
        {{ surrogate_key(["'shop'", 'shop_customer_id']) }} as profile_key,
        {{ one_row_per_place({
            'channel_slug': ["'email'", "'sms'"],
            'is_allowed': ['is_email_allowed', 'is_sms_allowed'],
            'changed_at': [
                'coalesce(email_consented_at, updated_at)', 'coalesce(sms_consented_at, updated_at)'
            ]
        }) }},
        _load_id
    from customer_versions
)

select
    'shop' as source_name,
    profile_key,
    channel_slug,
    -- A box left open is no answer.
    is_allowed,
    changed_at,
    _load_id
from answers
