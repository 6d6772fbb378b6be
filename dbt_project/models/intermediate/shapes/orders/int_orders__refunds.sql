with shop_refunds as (
    select * from {{ ref('stg_shop__refunds') }}
),

shop_lines as (
    select * from {{ ref('int_orders__sale_lines') }}
    where source_name = 'shop'
),

returned_lines as (
    select
        *,
        {{ business_date('sold_at', 'business_time_zone') }} as returned_date
    from {{ ref('int_orders__sale_lines') }}
    where is_return
),

unlinked_orders as (
    select * from {{ ref('int_orders__unlinked_orders') }}
),

exchange_rates as (
    select * from {{ ref('int_orders__exchange_rates') }}
),

shop_refund_lines as (
    select * from {{ ref('stg_shop__refund_lines') }}
),

goods_amounts as (
    select
        refund_id,
        sum(line_amount) as goods_amount
    from shop_refund_lines
    group by refund_id
),

goods_refunds as (
    select
        shop_refund_lines.refund_id,
        shop_refund_lines.refund_line_id,
        shop_lines.order_line_key,
        shop_lines.product_key,
        shop_refund_lines.quantity,
        shop_refund_lines.line_amount as amount_original
    from shop_refund_lines
    left join shop_lines
        on
            shop_refund_lines.order_id = shop_lines.source_order_id
            and shop_refund_lines.order_line_id = shop_lines.source_line_id
),

-- Money beyond the goods: shipping, goodwill, or less than nothing where a fee was kept.
other_refunds as (
    select
        shop_refunds.refund_id,
        'other' as refund_line_id,
        cast(null as varchar) as order_line_key,
        cast(null as varchar) as product_key,
        cast(0 as decimal(18, 3)) as quantity,
        shop_refunds.refund_amount - coalesce(goods_amounts.goods_amount, 0) as amount_original
    from shop_refunds
    left join goods_amounts
        on shop_refunds.refund_id = goods_amounts.refund_id
    where shop_refunds.refund_amount != coalesce(goods_amounts.goods_amount, 0)
),

web_refunds as (
    select
        refunds.order_line_key,
        unlinked_orders.order_key,
        unlinked_orders.profile_key,
        unlinked_orders.source_name,
        refunds.refund_id as source_refund_id,
        refunds.refund_line_id as source_refund_line_id,
        unlinked_orders.store_key,
        refunds.product_key,
        'shop' as channel_slug,
        unlinked_orders.currency,
        unlinked_orders.business_time_zone,
        refunds.quantity,
        refunds.amount_original,
        unlinked_orders.exchange_rate,
        shop_refunds.refunded_at,
        shop_refunds._load_id
    from (
        select * from goods_refunds
        union all
        select * from other_refunds
    ) as refunds
    inner join shop_refunds
        on refunds.refund_id = shop_refunds.refund_id
    inner join unlinked_orders
        on
            unlinked_orders.source_name = 'shop'
            and shop_refunds.order_id = unlinked_orders.source_order_id
),

-- Whoever brings goods back without their receipt gets a refund of no known order, at its own rate.
till_refunds as (
    select
        cast(null as varchar) as order_line_key,
        unlinked_orders.order_key,
        coalesce(returned_lines.profile_key, unlinked_orders.profile_key) as profile_key,
        returned_lines.source_name,
        returned_lines.source_order_id as source_refund_id,
        returned_lines.source_line_id as source_refund_line_id,
        returned_lines.store_key,
        returned_lines.product_key,
        returned_lines.channel_slug,
        returned_lines.currency,
        returned_lines.business_time_zone,
        -returned_lines.quantity as quantity,
        -returned_lines.amount_original as amount_original,
        coalesce(unlinked_orders.exchange_rate, exchange_rates.exchange_rate) as exchange_rate,
        returned_lines.sold_at as refunded_at,
        returned_lines._load_id
    from returned_lines
    left join unlinked_orders
        on returned_lines.original_order_key = unlinked_orders.order_key
    left join exchange_rates
        on
            returned_lines.currency = exchange_rates.currency
            and returned_lines.returned_date >= exchange_rates.valid_from
            and returned_lines.returned_date < exchange_rates.valid_until
),

refunds as (
    select * from web_refunds
    union all
    select * from till_refunds
)

select
    -- keys
    {{ surrogate_key(['source_name', 'source_refund_id', 'source_refund_line_id']) }}
        as refund_line_key,
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
    {{ reporting_amount('amount_original', 'exchange_rate') }} as amount,

    -- timestamps
    {{ business_date('refunded_at', 'business_time_zone') }} as refunded_date,
    refunded_at,

    _load_id
from refunds
