with source as (
    select
        {{ json_fields('payload', {
            "id": "VARCHAR",
            "email": "VARCHAR",
            "contact_email": "VARCHAR",
            "phone": "VARCHAR",
            "created_at": "VARCHAR",
            "updated_at": "VARCHAR",
            "cancelled_at": "VARCHAR",
            "cancel_reason": "VARCHAR",
            "currency": "VARCHAR",
            "financial_status": "VARCHAR",
            "source_name": "VARCHAR",
            "test": "VARCHAR",
            "gateway": "VARCHAR",
            "payment_gateway_names": ["VARCHAR"],
            "checkout_token": "VARCHAR",
            "total_discounts": "VARCHAR",
            "total_price": "VARCHAR",
            "subtotal_price": "VARCHAR",
            "current_total_price": "VARCHAR",
            "current_subtotal_price": "VARCHAR",
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

source_names as (
    select * from {{ ref('shop_source_names') }}
),

paid_statuses as (
    select * from {{ ref('paid_statuses') }}
),

test_gateways as (
    select {{ sorted_values('gateway') }} as gateways
    from {{ ref('test_gateways') }}
),

-- Fulfilments that were cancelled or failed shipped nothing.
order_texts as (
    select
        *,
        coalesce(
            nullif(trim(shop_order['email']), ''), nullif(trim(shop_order['contact_email']), '')
        ) as email,
        nullif(trim(shop_order['phone']), '') as phone,
        trim({{ list_item(
            items_where(
                "shop_order['note_attributes']",
                'attribute',
                "attribute['name'] = 'promised_delivery_at'"
            ),
            1
        ) }}['value']) as promised_at_text,
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
        {{ delivered_amount("shop_order['subtotal_price']") }} as goods_amount,
        {{ delivered_amount("shop_order['current_total_price']") }} as current_total_amount,
        {{ delivered_amount("shop_order['current_subtotal_price']") }} as current_goods_amount,
        {{ utc_timestamp("shop_order['created_at']") }} as ordered_at,
        {{ utc_timestamp("shop_order['updated_at']") }} as updated_at,
        {{ utc_timestamp("shop_order['cancelled_at']") }} as cancelled_at,
        case
            when length(promised_at_text) > 10 then {{ utc_timestamp('promised_at_text') }}
        end as promised_at,
        -- Some promise a day and no time of it.
        case
            when length(promised_at_text) = 10 then {{ delivered_date('promised_at_text', 'time') }}
        end as promised_date,
        {{ least_item('shipped_times') }} as shipped_at,
        -- An order is delivered when its last parcel is.
        case when open_parcel_count = 0 then {{ greatest_item('changed_times') }} end
            as delivered_at,
        open_parcel_count = 0 and {{ list_size('parcels') }} > 0 as is_delivered
    from parcel_times
),

-- An order is exported again whenever it changes.
versions as (
    select
        *,
        {{ latest_version("shop_order['id']", 'updated_at', content='md5(payload)') }}
            as is_latest_version
    from orders
),

listed as (
    select
        versions.*,
        source_names.channel_slug,
        paid_statuses.financial_status,
        case
            when
                try_cast(versions.shop_order['test'] as boolean)
                or array_contains(
                    test_gateways.gateways, lower(trim(versions.shop_order['gateway']))
                )
                or {{ list_size(items_where(
                    "versions.shop_order['payment_gateway_names']",
                    'name',
                    'array_contains(test_gateways.gateways, lower(trim(name)))'
                )) }} > 0
                then 'test'
        end as excluded_reason
    from versions
    cross join test_gateways
    left join source_names
        on lower(trim(versions.shop_order['source_name'])) = source_names.source_name
    left join paid_statuses
        on versions.shop_order['financial_status'] = paid_statuses.financial_status
    where versions.is_latest_version
)

select
    -- keys
    shop_order['id'] as order_id,
    shop_order['customer']['id'] as shop_customer_id,
    {{ shop_buyer("shop_order['customer']['id']", 'email', 'phone') }} as buyer_id,
    shop_order['checkout_token'] as checkout_token,
    email,
    phone,

    -- attributes
    shop_order['customer']['first_name'] as given_name,
    shop_order['customer']['last_name'] as surname,
    shop_order['shipping_address']['address1'] as street_address,
    shop_order['shipping_address']['city'] as city,
    shop_order['shipping_address']['zip'] as postcode,
    shop_order['shipping_address']['country_code'] as country_code,
    coalesce(channel_slug, 'unknown') as channel_slug,
    shop_order['currency'] as currency,
    shop_order['financial_status'] as financial_status,
    shop_order['cancel_reason'] as cancel_reason,
    excluded_reason,
    {{ list_item("shop_order['discount_codes']", 1) }}['code'] as discount_code,

    -- measures
    total_amount,
    goods_amount,
    discount_amount,
    -- The total that stands of an order that was edited; some exports say that of the goods only.
    coalesce(current_total_amount, total_amount - (goods_amount - current_goods_amount))
        as current_total_amount,

    -- flags
    coalesce(cancelled_at is not null or shop_order['cancel_reason'] is not null, false)
        as is_cancelled,

    -- timestamps
    ordered_at,
    updated_at,
    promised_at,
    promised_date,
    shipped_at,
    delivered_at,
    cancelled_at,

    {{ value_issues({
        "shop_order['source_name']": 'channel_slug',
        "shop_order['financial_status']": 'financial_status',
        "shop_order['total_price']": 'total_amount',
        "shop_order['subtotal_price']": 'goods_amount',
        "shop_order['total_discounts']": 'discount_amount',
        "shop_order['created_at']": 'ordered_at',
        "shop_order['updated_at']": 'updated_at',
        "shop_order['cancelled_at']": 'cancelled_at',
    }) }}
    || case
        when promised_at_text != '' and promised_at is null and promised_date is null
            then {{ list_of(["'promised_at'"]) }}
        else {{ list_of([]) }}
    end
    -- Times that contradict each other, or the status.
    || case
        when shipped_at < ordered_at then {{ list_of(["'shipped_at'"]) }}
        else {{ list_of([]) }}
    end
    || case
        when
            delivered_at < coalesce(shipped_at, ordered_at)
            or is_delivered and delivered_at is null
            then {{ list_of(["'delivered_at'"]) }}
        else {{ list_of([]) }}
    end
    || case
        when shop_order['cancel_reason'] is not null and shop_order['cancelled_at'] is null
            then {{ list_of(["'cancelled_at'"]) }}
        else {{ list_of([]) }}
    end as _issues,
    _line,
    _load_id
from listed
