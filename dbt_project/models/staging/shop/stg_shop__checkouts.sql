with source as (
    select
        {{ json_fields('payload', {
            "token": "VARCHAR",
            "email": "VARCHAR",
            "phone": "VARCHAR",
            "created_at": "VARCHAR",
            "updated_at": "VARCHAR",
            "completed_at": "VARCHAR",
            "currency": "VARCHAR",
            "source_name": "VARCHAR",
            "total_price": "VARCHAR",
            "customer": {"id": "VARCHAR", "first_name": "VARCHAR", "last_name": "VARCHAR"}
        }) }} as checkout,
        payload,
        _file_date,
        _line,
        _load_id
    from {{ source('shop', 'checkouts') }}
),

source_names as (
    select * from {{ ref('shop_source_names') }}
),

checkouts as (
    select
        *,
        nullif(trim(checkout['email']), '') as email,
        nullif(trim(checkout['phone']), '') as phone,
        {{ delivered_amount("checkout['total_price']") }} as total_amount,
        {{ utc_timestamp("checkout['created_at']") }} as started_at,
        {{ utc_timestamp("checkout['updated_at']") }} as updated_at,
        {{ utc_timestamp("checkout['completed_at']") }} as completed_at
    from source
),

versions as (
    select
        *,
        {{ latest_version("checkout['token']", 'updated_at', content='md5(payload)') }}
            as is_latest_version
    from checkouts
),

listed as (
    select
        versions.*,
        source_names.channel_slug
    from versions
    left join source_names
        on lower(trim(versions.checkout['source_name'])) = source_names.source_name
    where versions.is_latest_version
)

select
    -- keys
    checkout['token'] as checkout_token,
    checkout['customer']['id'] as shop_customer_id,
    {{ shop_buyer("checkout['customer']['id']", 'email', 'phone') }} as buyer_id,
    email,
    phone,

    -- attributes
    checkout['customer']['first_name'] as given_name,
    checkout['customer']['last_name'] as surname,
    coalesce(channel_slug, 'unknown') as channel_slug,
    checkout['currency'] as currency,

    -- measures
    total_amount,

    -- timestamps
    started_at,
    updated_at,
    completed_at,

    {{ value_issues({
        "checkout['source_name']": 'channel_slug',
        "checkout['total_price']": 'total_amount',
        "checkout['created_at']": 'started_at',
        "checkout['updated_at']": 'updated_at',
        "checkout['completed_at']": 'completed_at',
    }) }} as _issues,
    _line,
    _load_id
from listed
