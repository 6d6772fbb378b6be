-- Every order of every source that counts, with its money in the reporting currency, before anybody
-- knows who placed it.
with source_orders as (
    select * from {{ ref('int_shapes__orders') }}
    where excluded_reason is null
),

exchange_rates as (
    select * from {{ ref('int_orders__exchange_rates') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

placed_orders as (
    select
        {{ all_columns_but('source_orders', ['business_time_zone']) }},
        coalesce(source_orders.business_time_zone, settings.default_time_zone)
            as business_time_zone
    from source_orders
    cross join settings
),

orders as (
    select
        *,
        {{ surrogate_key(['source_name', 'source_order_id']) }} as order_key,
        case
            when source_profile_id is not null
                then {{ surrogate_key(['source_name', 'source_profile_id']) }}
        end as profile_key,
        {{ business_date('ordered_at', 'business_time_zone') }} as ordered_date
    from placed_orders
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
    -- Some sources know that an order was cancelled, and not when.
    orders.is_cancelled or orders.cancelled_at is not null as is_cancelled,
    orders.cancelled_by,

    -- timestamps
    orders.ordered_date,
    orders.ordered_at,
    -- A promised day holds until its end.
    coalesce(
        orders.promised_at,
        {{ to_utc(
            dbt.dateadd('day', 1, 'cast(orders.promised_date as timestamp)'),
            'orders.business_time_zone'
        ) }}
    ) as promised_at,
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
