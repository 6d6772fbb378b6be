with source as (
    select * from {{ source('loyalty', 'referrals') }}
),

referrals as (
    select
        referral_id,
        referrer_card,
        nullif(referred_email, '') as referred_email,
        referred_at as referred_at_text,
        converted_at as converted_at_text,
        updated_at as updated_at_text,
        {{ utc_timestamp('referred_at') }} as referred_at,
        {{ utc_timestamp("nullif(converted_at, '')") }} as converted_at,
        {{ utc_timestamp('updated_at') }} as updated_at,
        _file_date,
        _line,
        _load_id
    from source
),

ranked as (
    select
        *,
        {{ latest_version('referral_id', 'updated_at', content='converted_at_text') }}
            as is_latest_version
    from referrals
)

select
    -- keys
    referral_id,
    referrer_card,

    -- attributes
    referred_email,

    -- timestamps
    referred_at,
    converted_at,
    updated_at,

    {{ value_issues({
        'referred_at_text': 'referred_at',
        'converted_at_text': 'converted_at',
        'updated_at_text': 'updated_at'
    }) }} as _issues,
    _line,
    _load_id
from ranked
where is_latest_version
