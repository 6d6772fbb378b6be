with source as (
    select * from {{ source('accounts', 'accounts') }}
),

exports as (
    select
        {{ json_fields('payload', {
            "accountId": "VARCHAR",
            "email": "VARCHAR",
            "phone": "VARCHAR",
            "firstName": "VARCHAR",
            "lastName": "VARCHAR",
            "locale": "VARCHAR",
            "status": "VARCHAR",
            "emailConsent": "VARCHAR",
            "smsConsent": "VARCHAR",
            "pushConsent": "VARCHAR",
            "consentAt": "VARCHAR",
            "createdAt": "VARCHAR",
            "updatedAt": "VARCHAR"
        }) }} as account_state,
        md5(payload) as payload_hash,
        _file_date,
        _line,
        _load_id
    from source
),

versions as (
    select
        account_state,
        {{ utc_timestamp("account_state['createdAt']") }} as registered_at,
        {{ utc_timestamp("account_state['updatedAt']") }} as updated_at,
        {{ utc_timestamp("account_state['consentAt']") }} as consented_at,
        {{ meaning_of('accounts', 'status', "account_state['status']") }} as account_status,
        {{ meaning_of('accounts', 'consent', "account_state['emailConsent']") }} as email_consent,
        {{ meaning_of('accounts', 'consent', "account_state['smsConsent']") }} as sms_consent,
        {{ meaning_of('accounts', 'consent', "account_state['pushConsent']") }} as push_consent,
        payload_hash,
        _file_date,
        _line,
        _load_id
    from exports
),

ranked as (
    select
        *,
        {{ latest_version("account_state['accountId'], updated_at") }} as is_latest_version
    from versions
)

select
    -- keys
    account_state['accountId'] as account_id,
    {{ surrogate_key(["account_state['accountId']", 'updated_at']) }} as account_version_key,

    -- attributes
    account_state['email'] as email,
    account_state['phone'] as phone,
    account_state['firstName'] as given_name,
    account_state['lastName'] as surname,
    account_state['locale'] as locale_code,
    account_status,
    email_consent,
    sms_consent,
    push_consent,
    -- Ranked among the versions that stand: a state delivered twice would tie with itself.
    row_number() over (
        partition by account_state['accountId'] order by updated_at desc nulls last
    ) = 1 as is_latest,

    -- timestamps
    registered_at,
    updated_at,
    consented_at,

    {{ value_issues({
        "account_state['createdAt']": 'registered_at',
        "account_state['updatedAt']": 'updated_at',
        "account_state['consentAt']": 'consented_at',
        "account_state['status']": 'account_status',
        "account_state['emailConsent']": 'email_consent',
        "account_state['smsConsent']": 'sms_consent',
        "account_state['pushConsent']": 'push_consent'
    }) }} as _issues,
    _line,
    _load_id
from ranked
where is_latest_version
