with shop_orders as (
    select * from {{ ref('stg_shop__orders') }}
),

shop_order_lines as (
    select * from {{ ref('stg_shop__order_lines') }}
),

receipt_lines as (
    select * from {{ ref('stg_pos__receipt_lines') }}
),

transactions as (
    select * from {{ ref('stg_complete_journey__transactions') }}
),

stores as (
    select * from {{ ref('stores') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

shop_lines as (
    select
        'shop' as source_name,
        shop_order_lines.order_id as source_order_id,
        shop_order_lines.order_line_id as source_line_id,
        cast(null as varchar) as original_source_name,
        cast(null as varchar) as source_original_order_id,
        shop_orders.shop_customer_id as source_profile_id,
        cast(null as varchar) as store_key,
        shop_order_lines.product_id as product_key,
        shop_orders.channel_slug,
        shop_orders.currency,
        settings.default_time_zone as business_time_zone,
        shop_order_lines.quantity,
        shop_order_lines.unit_price as unit_price_original,
        shop_order_lines.discount_amount as discount_original,
        shop_order_lines.line_amount as amount_original,
        shop_orders.ordered_at as sold_at,
        shop_order_lines._load_id
    from shop_order_lines
    inner join shop_orders
        on shop_order_lines.order_id = shop_orders.order_id
    cross join settings
),

pos_lines as (
    select
        'pos' as source_name,
        receipt_lines.receipt_id as source_order_id,
        receipt_lines.line_number as source_line_id,
        case when receipt_lines.original_shop_order_id is not null then 'shop' else 'pos' end
            as original_source_name,
        coalesce(receipt_lines.original_shop_order_id, receipt_lines.original_receipt_id)
            as source_original_order_id,
        receipt_lines.loyalty_card as source_profile_id,
        receipt_lines.store_id as store_key,
        receipt_lines.product_id as product_key,
        'store' as channel_slug,
        receipt_lines.currency,
        coalesce(stores.time_zone, settings.default_time_zone) as business_time_zone,
        receipt_lines.quantity,
        receipt_lines.unit_price as unit_price_original,
        receipt_lines.discount_amount as discount_original,
        receipt_lines.line_amount as amount_original,
        {{ to_utc(
            'receipt_lines.sold_at_local',
            'coalesce(stores.time_zone, settings.default_time_zone)'
        ) }} as sold_at,
        receipt_lines._load_id
    from receipt_lines
    left join stores
        on receipt_lines.store_id = stores.store_id
    cross join settings
),

complete_journey_lines as (
    select
        'complete_journey' as source_name,
        basket_id as source_order_id,
        product_id as source_line_id,
        cast(null as varchar) as original_source_name,
        cast(null as varchar) as source_original_order_id,
        household_id as source_profile_id,
        store_id as store_key,
        product_id as product_key,
        'store' as channel_slug,
        'USD' as currency,
        'America/New_York' as business_time_zone,
        quantity,
        -- A weighed article has no pieces, and so no price of one.
        cast(
            (sales_amount + card_discount_amount + coupon_match_discount_amount)
            / nullif(quantity, 0) as decimal(18, 2)
        ) as unit_price_original,
        cast(card_discount_amount + coupon_match_discount_amount as decimal(18, 2))
            as discount_original,
        sales_amount as amount_original,
        sold_at,
        _load_id
    from transactions
),

sale_lines as (
    select * from shop_lines
    union all
    select * from pos_lines
    union all
    select * from complete_journey_lines
)

select
    -- keys
    {{ surrogate_key(['source_name', 'source_order_id', 'source_line_id']) }} as order_line_key,
    {{ surrogate_key(['source_name', 'source_order_id']) }} as order_key,
    case
        when source_original_order_id is not null
            then {{ surrogate_key(['original_source_name', 'source_original_order_id']) }}
    end as original_order_key,
    case
        when source_profile_id is not null
            then {{ surrogate_key(['source_name', 'source_profile_id']) }}
    end as profile_key,
    source_name,
    source_order_id,
    source_line_id,
    source_profile_id,
    store_key,
    product_key,

    -- attributes
    channel_slug,
    currency,
    business_time_zone,

    -- measures
    quantity,
    unit_price_original,
    discount_original,
    amount_original,

    -- flags
    coalesce(amount_original < 0 or quantity < 0, false) as is_return,

    -- timestamps
    sold_at,

    _load_id
from sale_lines
