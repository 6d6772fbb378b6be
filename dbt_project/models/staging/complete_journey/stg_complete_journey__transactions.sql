with source as (
    select * from {{ source('complete_journey', 'transactions') }}
),

versions as (
    select
        *,
        {{ latest_version(
            'basket_id, product_id',
            content=surrogate_key([
                'household_id', 'store_id', 'quantity', 'sales_value', 'retail_disc', 'coupon_disc',
                'coupon_match_disc', 'week', 'transaction_timestamp'
            ])
        ) }} as is_latest_version
    from source
),

transactions as (
    select
        *,
        {{ delivered_quantity('quantity') }} as typed_quantity,
        {{ delivered_amount('sales_value') }} as sales_amount,
        {{ delivered_amount('retail_disc') }} as card_discount_amount,
        {{ delivered_amount('coupon_disc') }} as coupon_discount_amount,
        {{ delivered_amount('coupon_match_disc') }} as coupon_match_discount_amount,
        {{ delivered_time('transaction_timestamp') }} as sold_at
    from versions
    where is_latest_version
)

select
    -- keys
    basket_id,
    product_id,
    household_id,
    store_id,

    -- attributes
    week as week_of_year,
    'USD' as currency,

    -- measures
    typed_quantity as quantity,
    sales_amount,
    card_discount_amount,
    coupon_discount_amount,
    coupon_match_discount_amount,

    -- timestamps
    sold_at,

    {{ value_issues({
        'quantity': 'typed_quantity',
        'sales_value': 'sales_amount',
        'retail_disc': 'card_discount_amount',
        'coupon_disc': 'coupon_discount_amount',
        'coupon_match_disc': 'coupon_match_discount_amount',
        'transaction_timestamp': 'sold_at',
    }) }} as _issues,
    _line,
    _load_id
from transactions
