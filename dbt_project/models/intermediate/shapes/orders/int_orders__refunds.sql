-- A refund takes from its order what it does not say itself. Goods that come back without their
-- receipt are a refund of no known order, at the rate of its own day.
with source_refunds as (
    select * from {{ ref('int_shapes__refunds') }}
),

unlinked_orders as (
    select * from {{ ref('int_orders__unlinked_orders') }}
),

sold_lines as (
    select * from {{ ref('int_orders__sale_lines') }}
    where not is_return
),

exchange_rates as (
    select * from {{ ref('int_orders__exchange_rates') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

-- A till names the receipt and the product that come back, not the line.
product_lines as (
    select
        order_key,
        product_key,
        min(order_line_key) as order_line_key
    from sold_lines
    where product_key is not null
    group by
        order_key,
        product_key
),

refunds as (
    select
        {{ surrogate_key([
            'source_refunds.source_name',
            'source_refunds.source_refund_id',
            'source_refunds.source_refund_line_id'
        ]) }} as refund_line_key,
        source_refunds.source_name,
        source_refunds.source_refund_id,
        coalesce(source_refunds.order_line_key, product_lines.order_line_key) as order_line_key,
        unlinked_orders.order_key,
        coalesce(source_refunds.profile_key, unlinked_orders.profile_key) as profile_key,
        coalesce(source_refunds.store_key, unlinked_orders.store_key) as store_key,
        source_refunds.product_key,
        -- Given back at a till it is the till's; else it is of the channel that sold.
        case
            when source_refunds.store_key is null
                then coalesce(unlinked_orders.channel_slug, source_refunds.channel_slug)
            else source_refunds.channel_slug
        end as channel_slug,
        coalesce(source_refunds.currency, unlinked_orders.currency) as currency,
        coalesce(
            source_refunds.business_time_zone,
            unlinked_orders.business_time_zone,
            settings.default_time_zone
        ) as business_time_zone,
        source_refunds.quantity,
        source_refunds.amount_original,
        case
            when source_refunds.currency is null then unlinked_orders.exchange_rate
            when source_refunds.currency = unlinked_orders.currency
                then unlinked_orders.exchange_rate
        end as order_exchange_rate,
        -- What was given back of an order that earned nothing takes nothing away.
        unlinked_orders.order_key is null
        or coalesce(unlinked_orders.is_paid and not unlinked_orders.is_cancelled, false)
            as is_booked,
        source_refunds.refunded_at,
        source_refunds._load_id
    from source_refunds
    cross join settings
    left join unlinked_orders
        on source_refunds.order_key = unlinked_orders.order_key
    left join product_lines
        on
            unlinked_orders.order_key = product_lines.order_key
            and source_refunds.product_key = product_lines.product_key
),

dated_refunds as (
    select
        *,
        {{ business_date('refunded_at', 'business_time_zone') }} as refunded_date
    from refunds
),

-- Rounded once per order: each line is what the order's refunds come to with it, less what they
-- came to before it, so that an order of which all came back nets to nothing, to the cent.
given_back as (
    select
        dated_refunds.*,
        coalesce(dated_refunds.order_exchange_rate, exchange_rates.exchange_rate) as exchange_rate,
        sum(dated_refunds.amount_original) over (
            partition by
                case
                    when dated_refunds.order_exchange_rate is not null then dated_refunds.order_key
                    else dated_refunds.refund_line_key
                end
            order by dated_refunds.refunded_at, dated_refunds.refund_line_key
            rows between unbounded preceding and current row
        ) as amount_original_so_far
    from dated_refunds
    left join exchange_rates
        on
            dated_refunds.currency = exchange_rates.currency
            and dated_refunds.refunded_date >= exchange_rates.valid_from
            and dated_refunds.refunded_date < exchange_rates.valid_until
)

select
    -- keys
    refund_line_key,
    {{ surrogate_key(['source_name', 'source_refund_id']) }} as refund_key,
    order_key,
    order_line_key,
    profile_key,
    source_name,
    source_refund_id,
    store_key,
    product_key,

    -- attributes
    channel_slug,
    currency,
    business_time_zone,

    -- measures
    quantity,
    amount_original,
    exchange_rate,
    {{ reporting_amount('amount_original_so_far', 'exchange_rate') }}
    - {{ reporting_amount('amount_original_so_far - amount_original', 'exchange_rate') }} as amount,

    -- flags
    is_booked,

    -- timestamps
    refunded_date,
    refunded_at,

    _load_id
from given_back
