-- A refund takes from its order what it does not say itself. Goods that come back without their
-- receipt are a refund of no known order, at the rate of its own day.
with source_refunds as (
    select * from {{ ref('int_shapes__refunds') }}
),

unlinked_orders as (
    select * from {{ ref('int_orders__unlinked_orders') }}
),

exchange_rates as (
    select * from {{ ref('int_orders__exchange_rates') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

refunds as (
    select
        source_refunds.source_name,
        source_refunds.source_refund_id,
        source_refunds.source_refund_line_id,
        source_refunds.order_line_key,
        unlinked_orders.order_key,
        coalesce(source_refunds.profile_key, unlinked_orders.profile_key) as profile_key,
        coalesce(source_refunds.store_key, unlinked_orders.store_key) as store_key,
        source_refunds.product_key,
        source_refunds.channel_slug,
        coalesce(source_refunds.currency, unlinked_orders.currency) as currency,
        coalesce(
            source_refunds.business_time_zone,
            unlinked_orders.business_time_zone,
            settings.default_time_zone
        ) as business_time_zone,
        source_refunds.quantity,
        source_refunds.amount_original,
        unlinked_orders.exchange_rate as order_exchange_rate,
        source_refunds.refunded_at,
        source_refunds._load_id
    from source_refunds
    cross join settings
    left join unlinked_orders
        on source_refunds.order_key = unlinked_orders.order_key
),

dated_refunds as (
    select
        *,
        {{ business_date('refunded_at', 'business_time_zone') }} as refunded_date
    from refunds
)

select
    -- keys
    {{ surrogate_key([
        'dated_refunds.source_name',
        'dated_refunds.source_refund_id',
        'dated_refunds.source_refund_line_id'
    ]) }} as refund_line_key,
    {{ surrogate_key(['dated_refunds.source_name', 'dated_refunds.source_refund_id']) }}
        as refund_key,
    dated_refunds.order_key,
    dated_refunds.order_line_key,
    dated_refunds.profile_key,
    dated_refunds.source_name,
    dated_refunds.source_refund_id,
    dated_refunds.store_key,
    dated_refunds.product_key,

    -- attributes
    dated_refunds.channel_slug,
    dated_refunds.currency,
    dated_refunds.business_time_zone,

    -- measures
    dated_refunds.quantity,
    dated_refunds.amount_original,
    {{ reporting_amount(
        'dated_refunds.amount_original',
        'coalesce(dated_refunds.order_exchange_rate, exchange_rates.exchange_rate)'
    ) }} as amount,

    -- timestamps
    dated_refunds.refunded_date,
    dated_refunds.refunded_at,

    dated_refunds._load_id
from dated_refunds
left join exchange_rates
    on
        dated_refunds.currency = exchange_rates.currency
        and dated_refunds.refunded_date >= exchange_rates.valid_from
        and dated_refunds.refunded_date < exchange_rates.valid_until
