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

checkouts as (
    select
        *,
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
)

select
    -- keys
    checkout['token'] as checkout_token,
    checkout['customer']['id'] as shop_customer_id,
    checkout['email'] as email,
    checkout['phone'] as phone,

    -- attributes
    checkout['customer']['first_name'] as given_name,
    checkout['customer']['last_name'] as surname,
    case when checkout['source_name'] = 'web' then 'shop' else 'app' end as channel_slug,
    checkout['currency'] as currency,

    -- measures
    total_amount,

    -- timestamps
    started_at,
    updated_at,
    completed_at,

    {{ value_issues({
        "checkout['total_price']": 'total_amount',
        "checkout['created_at']": 'started_at',
        "checkout['updated_at']": 'updated_at',
        "checkout['completed_at']": 'completed_at',
    }) }} as _issues,
    _line,
    _load_id
from versions
where is_latest_version
