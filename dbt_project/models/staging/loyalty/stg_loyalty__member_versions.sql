with source as (
    select * from {{ source('loyalty', 'members') }}
),

versions as (
    select
        card_number,
        nullif(email, '') as email,
        nullif(phone, '') as phone,
        first_name as given_name,
        last_name as surname,
        tier as tier_text,
        {{ listed_slug('loyalty_tiers', 'tier_slug', 'tier') }} as tier_slug,
        email_consent as email_consent_text,
        sms_consent as sms_consent_text,
        {{ meaning_of('loyalty', 'consent', 'email_consent') }} as email_consent,
        {{ meaning_of('loyalty', 'consent', 'sms_consent') }} as sms_consent,
        consent_at as consent_at_text,
        joined_at as joined_at_text,
        updated_at as updated_at_text,
        {{ utc_timestamp('joined_at') }} as joined_at,
        {{ utc_timestamp('updated_at') }} as updated_at,
        {{ utc_timestamp('consent_at') }} as consented_at,
        {{ surrogate_key([
            'email', 'phone', 'first_name', 'last_name', 'tier', 'email_consent', 'sms_consent'
        ]) }} as row_hash,
        _file_date,
        _line,
        _load_id
    from source
),

ranked as (
    select
        *,
        {{ latest_version('card_number, updated_at', content='row_hash') }} as is_latest_version
    from versions
)

select
    -- keys
    card_number,
    {{ surrogate_key(['card_number', 'updated_at']) }} as member_version_key,

    -- attributes
    email,
    phone,
    given_name,
    surname,
    {{ slug_or_unknown('tier_slug', 'tier_text') }} as tier_slug,
    email_consent,
    sms_consent,
    -- Ranked among the versions that stand: a state delivered twice would tie with itself.
    row_number() over (partition by card_number order by updated_at desc nulls last) = 1
        as is_latest,

    -- timestamps
    joined_at,
    updated_at,
    consented_at,

    {{ value_issues({
        'joined_at_text': 'joined_at',
        'updated_at_text': 'updated_at',
        'consent_at_text': 'consented_at',
        'tier_text': 'tier_slug',
        'email_consent_text': 'email_consent',
        'sms_consent_text': 'sms_consent'
    }) }} as _issues,
    _line,
    _load_id
from ranked
where is_latest_version
