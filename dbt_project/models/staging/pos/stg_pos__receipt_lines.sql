with source as (
    select * from {{ source('pos', 'receipts') }}
),

receipt_texts as (
    select
        trim(store) as store_id,
        trim(till) as till_id,
        trim("Receipt No") as receipt_number,
        trim(line) as line_number,
        nullif(trim("Original Receipt"), '') as original_sale,
        nullif(trim("Card No"), '') as loyalty_card,
        nullif(trim(article), '') as product_id,
        trim(description) as product_name,
        upper(trim(currency)) as currency,
        trim(payment) as payment_method,
        trim(quantity) as quantity_text,
        trim("Unit Price") as unit_price_text,
        trim(discount) as discount_text,
        trim(amount) as amount_text,
        trim(date) || ' ' || trim(time) as sold_at_text,
        _file_date,
        _line,
        _load_id
    from source
),

-- Extracts may overlap: the line of the latest extract is the one that counts.
versions as (
    select
        *,
        {{ latest_version(
            'store_id, receipt_number, line_number',
            content=surrogate_key([
                'till_id', 'original_sale', 'loyalty_card', 'product_id', 'product_name',
                'currency', 'payment_method', 'quantity_text', 'unit_price_text', 'discount_text',
                'amount_text', 'sold_at_text'
            ])
        ) }} as is_latest_version
    from receipt_texts
),

receipt_lines as (
    select
        *,
        {{ decimal_comma('quantity_text', 'quantity', 'decimal(18, 3)') }} as quantity,
        {{ decimal_comma('unit_price_text') }} as unit_price,
        {{ decimal_comma('discount_text') }} as discount_amount,
        {{ decimal_comma('amount_text') }} as line_amount,
        {{ day_first_timestamp('sold_at_text') }} as sold_at_local
    from versions
    where is_latest_version
),

stores as (
    select * from {{ ref('stores') }}
)

select
    -- keys
    store_id || '-' || receipt_number as receipt_id,
    line_number,
    case when original_sale not like '#%' then original_sale end as original_receipt_id,
    case when original_sale like '#%' then substr(original_sale, 2) end as original_shop_order_id,
    store_id,
    till_id,
    product_id,
    loyalty_card,

    -- attributes
    product_name,
    currency,
    payment_method,

    -- measures
    quantity,
    unit_price,
    discount_amount,
    line_amount,

    -- timestamps: the till's clock; the zone is the store's
    sold_at_local,

    {{ value_issues({
        'quantity_text': 'quantity',
        'unit_price_text': 'unit_price',
        'discount_text': 'discount_amount',
        'amount_text': 'line_amount',
        'sold_at_text': 'sold_at_local',
    }) }}
    -- Its clock is read in the company's zone, which may be the wrong one.
    || case
        when store_id not in (select stores.store_id from stores)
            then {{ list_of(["'store_id'"]) }}
        else {{ list_of([]) }}
    end as _issues,
    _line,
    _load_id
from receipt_lines
