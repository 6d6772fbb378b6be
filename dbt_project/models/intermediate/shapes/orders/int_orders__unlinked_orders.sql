with shop_orders as (
    select * from {{ ref('stg_shop__orders') }}
),

-- A receipt that only takes goods back is no order.
receipt_lines as (
    select * from {{ ref('int_orders__sale_lines') }}
    where source_name != 'shop' and not is_return
),

exchange_rates as (
    select * from {{ ref('int_orders__exchange_rates') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

paid_statuses as (
    select * from {{ ref('paid_statuses') }}
),

web_orders as (
    select
        {{ surrogate_key(["'shop'", 'shop_orders.order_id']) }} as order_key,
        case
            when shop_orders.shop_customer_id is not null
                then {{ surrogate_key(["'shop'", 'shop_orders.shop_customer_id']) }}
        end as profile_key,
        'shop' as source_name,
        shop_orders.order_id as source_order_id,
        cast(null as varchar) as store_key,
        case
            when shop_orders.checkout_token is not null
                then {{ surrogate_key(["'shop'", 'shop_orders.checkout_token']) }}
        end as checkout_key,
        -- A coupon bears the id of its campaign.
        shop_orders.discount_code as campaign_key,
        shop_orders.channel_slug,
        shop_orders.currency,
        settings.default_time_zone as business_time_zone,
        shop_orders.total_amount as amount_original,
        shop_orders.discount_amount as discount_original,
        coalesce(paid_statuses.is_paid, false) as is_paid,
        shop_orders.ordered_at,
        shop_orders.promised_at,
        shop_orders.shipped_at,
        shop_orders.delivered_at,
        shop_orders.cancelled_at,
        shop_orders._load_id
    from shop_orders
    left join paid_statuses
        on shop_orders.financial_status = paid_statuses.financial_status
    cross join settings
),

-- What is handed over at a till is paid and delivered there.
till_orders as (
    select
        order_key,
        max(profile_key) as profile_key,
        any_value(source_name) as source_name,
        any_value(source_order_id) as source_order_id,
        max(store_key) as store_key,
        cast(null as varchar) as checkout_key,
        cast(null as varchar) as campaign_key,
        max(channel_slug) as channel_slug,
        max(currency) as currency,
        max(business_time_zone) as business_time_zone,
        sum(amount_original) as amount_original,
        sum(discount_original) as discount_original,
        true as is_paid,
        min(sold_at) as ordered_at,
        cast(null as timestamp) as promised_at,
        cast(null as timestamp) as shipped_at,
        cast(null as timestamp) as delivered_at,
        cast(null as timestamp) as cancelled_at,
        max(_load_id) as _load_id
    from receipt_lines
    group by order_key
),

orders as (
    select
        *,
        {{ business_date('ordered_at', 'business_time_zone') }} as ordered_date
    from (
        select * from web_orders
        union all
        select * from till_orders
    ) as all_orders
)

select
    -- keys
    orders.order_key,
    orders.profile_key,
    orders.source_name,
    orders.source_order_id,
    orders.store_key,
    orders.checkout_key,
    orders.campaign_key,

    -- attributes
    orders.channel_slug,
    orders.currency,
    orders.business_time_zone,

    -- measures
    orders.amount_original,
    orders.discount_original,
    exchange_rates.exchange_rate,
    {{ reporting_amount('orders.amount_original', 'exchange_rates.exchange_rate') }} as amount,
    {{ reporting_amount('orders.discount_original', 'exchange_rates.exchange_rate') }}
        as discount_amount,

    -- flags
    orders.is_paid,

    -- timestamps
    orders.ordered_date,
    orders.ordered_at,
    orders.promised_at,
    orders.shipped_at,
    orders.delivered_at,
    orders.cancelled_at,

    orders._load_id
from orders
left join exchange_rates
    on
        orders.currency = exchange_rates.currency
        and orders.ordered_date >= exchange_rates.valid_from
        and orders.ordered_date < exchange_rates.valid_until
