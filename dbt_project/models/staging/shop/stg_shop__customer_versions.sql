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
    }) }} as _issues,
    _line,
    _load_id
from versions
where is_latest_version
