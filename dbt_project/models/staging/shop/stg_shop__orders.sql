with source as (
    select
        {{ json_fields('payload', {
            "id": "VARCHAR",
            "email": "VARCHAR",
            "phone": "VARCHAR",
            "created_at": "VARCHAR",
            "updated_at": "VARCHAR",
            "cancelled_at": "VARCHAR",
            "cancel_reason": "VARCHAR",
            "currency": "VARCHAR",
            "financial_status": "VARCHAR",
            "source_name": "VARCHAR",
            "checkout_token": "VARCHAR",
            "total_discounts": "VARCHAR",
            "total_price": "VARCHAR",
            "discount_codes": [{"code": "VARCHAR"}],
            "note_attributes": [{"name": "VARCHAR", "value": "VARCHAR"}],
            "customer": {"id": "VARCHAR", "first_name": "VARCHAR", "last_name": "VARCHAR"},
            "shipping_address": {
                "address1": "VARCHAR", "city": "VARCHAR", "zip": "VARCHAR",
                "country_code": "VARCHAR"
            },
            "fulfillments": [{
                "created_at": "VARCHAR", "updated_at": "VARCHAR", "status": "VARCHAR",
                "shipment_status": "VARCHAR"
            }]
        }) }} as shop_order,
        payload,
        _file_date,
        _line,
        _load_id
    from {{ source('shop', 'orders') }}
),

-- Fulfilments that were cancelled or failed shipped nothing.
order_texts as (
    select
        *,
        {{ list_item(
            items_where(
                "shop_order['note_attributes']",
                'attribute',
                "attribute['name'] = 'promised_delivery_at'"
            ),
            1
        ) }}['value'] as promised_at_text,
        {{ items_where(
            "shop_order['fulfillments']", 'fulfillment', "fulfillment['status'] = 'success'"
        ) }} as parcels
    from source
),

parcel_times as (
    select
        *,
        {{ items_as('parcels', 'parcel', utc_timestamp("parcel['created_at']")) }} as shipped_times,
        {{ items_as('parcels', 'parcel', utc_timestamp("parcel['updated_at']")) }} as changed_times,
        {{ list_size(
            items_where(
                'parcels', 'parcel', "parcel['shipment_status'] is distinct from 'delivered'"
            )
        ) }} as open_parcel_count
    from order_texts
),

orders as (
    select
        *,
        {{ delivered_amount("shop_order['total_price']") }} as total_amount,
        {{ delivered_amount("shop_order['total_discounts']") }} as discount_amount,
        {{ utc_timestamp("shop_order['created_at']") }} as ordered_at,
        {{ utc_timestamp("shop_order['updated_at']") }} as updated_at,
        {{ utc_timestamp("shop_order['cancelled_at']") }} as cancelled_at,
        {{ utc_timestamp('promised_at_text') }} as promised_at,
        {{ least_item('shipped_times') }} as shipped_at,
        -- An order is delivered when its last parcel is.
        case when open_parcel_count = 0 then {{ greatest_item('changed_times') }} end
            as delivered_at
    from parcel_times
),

-- An order is exported again whenever it changes.
versions as (
    select
        *,
        {{ latest_version("shop_order['id']", 'updated_at', content='md5(payload)') }}
            as is_latest_version
    from orders
)

select
    -- keys
    shop_order['id'] as order_id,
    shop_order['customer']['id'] as shop_customer_id,
    shop_order['checkout_token'] as checkout_token,
    shop_order['email'] as email,
    shop_order['phone'] as phone,

    -- attributes
    shop_order['customer']['first_name'] as given_name,
    shop_order['customer']['last_name'] as surname,
    shop_order['shipping_address']['address1'] as street_address,
    shop_order['shipping_address']['city'] as city,
    shop_order['shipping_address']['zip'] as postcode,
    shop_order['shipping_address']['country_code'] as country_code,
    case when shop_order['source_name'] = 'web' then 'shop' else 'app' end as channel_slug,
    shop_order['currency'] as currency,
    shop_order['financial_status'] as financial_status,
    shop_order['cancel_reason'] as cancel_reason,
    {{ list_item("shop_order['discount_codes']", 1) }}['code'] as discount_code,

    -- measures
    total_amount,
    discount_amount,

    -- timestamps
    ordered_at,
    updated_at,
    promised_at,
    shipped_at,
    delivered_at,
    cancelled_at,

    {{ value_issues({
        "shop_order['total_price']": 'total_amount',
        "shop_order['total_discounts']": 'discount_amount',
        "shop_order['created_at']": 'ordered_at',
        "shop_order['updated_at']": 'updated_at',
        "shop_order['cancelled_at']": 'cancelled_at',
        'promised_at_text': 'promised_at',
    }) }} as _issues,
    _line,
    _load_id
from versions
where is_latest_version
