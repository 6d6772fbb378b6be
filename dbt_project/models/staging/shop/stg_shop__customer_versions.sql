with source as (
    select
        {{ json_fields('payload', {
            "id": "VARCHAR",
            "email": "VARCHAR",
            "phone": "VARCHAR",
            "first_name": "VARCHAR",
            "last_name": "VARCHAR",
            "state": "VARCHAR",
            "created_at": "VARCHAR",
            "updated_at": "VARCHAR",
            "email_marketing_consent": {"state": "VARCHAR", "consent_updated_at": "VARCHAR"},
            "sms_marketing_consent": {"state": "VARCHAR", "consent_updated_at": "VARCHAR"},
            "default_address": {
                "address1": "VARCHAR", "city": "VARCHAR", "zip": "VARCHAR",
                "country_code": "VARCHAR"
            }
        }) }} as customer,
        payload,
        _file_date,
        _line,
        _load_id
    from {{ source('shop', 'customers') }}
),

customers as (
    select
        *,
        {{ utc_timestamp("customer['created_at']") }} as created_at,
        {{ utc_timestamp("customer['updated_at']") }} as updated_at
    from source
),

versions as (
    select
        *,
        {{ latest_version("customer['id'], updated_at", content='md5(payload)') }}
            as is_latest_version
    from customers
),

consent_states as (
    select * from {{ ref('consent_states') }}
),

listed as (
    select
        versions.*,
        email_states.consent_state as email_consent_state,
        email_states.is_allowed as is_email_allowed,
        sms_states.consent_state as sms_consent_state,
        sms_states.is_allowed as is_sms_allowed
    from versions
    left join consent_states as email_states
        on versions.customer['email_marketing_consent']['state'] = email_states.consent_state
    left join consent_states as sms_states
        on versions.customer['sms_marketing_consent']['state'] = sms_states.consent_state
    where versions.is_latest_version
)

select
    -- keys
    customer['id'] as shop_customer_id,
    customer['email'] as email,
    customer['phone'] as phone,

    -- attributes
    customer['first_name'] as given_name,
    customer['last_name'] as surname,
    customer['default_address']['address1'] as street_address,
    customer['default_address']['city'] as city,
    customer['default_address']['zip'] as postcode,
    customer['default_address']['country_code'] as country_code,
    customer['email_marketing_consent']['state'] as email_consent_state,
    customer['sms_marketing_consent']['state'] as sms_consent_state,

    -- flags
    coalesce(customer['state'] = 'disabled', false) as is_guest,
    is_email_allowed,
    is_sms_allowed,

    -- timestamps
    created_at,
    updated_at,
    {{ utc_timestamp("customer['email_marketing_consent']['consent_updated_at']") }}
        as email_consented_at,
    {{ utc_timestamp("customer['sms_marketing_consent']['consent_updated_at']") }}
        as sms_consented_at,

    {{ value_issues({
        "customer['created_at']": 'created_at',
        "customer['updated_at']": 'updated_at',
        "customer['email_marketing_consent']['state']": 'email_consent_state',
        "customer['sms_marketing_consent']['state']": 'sms_consent_state',
    }) }} as _issues,
    _line,
    _load_id
from listed
