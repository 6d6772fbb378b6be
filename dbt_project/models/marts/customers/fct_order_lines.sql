with order_lines as (
    select * from {{ ref('int_orders__order_lines') }}
)

select
    -- keys
    order_line_key,
    order_key,
    customer_key,
    source_name,
    store_key,
    product_key,

    -- attributes
    channel_slug,
    product_name,
    category_slug,
    currency,

    -- measures
    quantity,
    cast(returned_quantity as decimal(18, 3)) as returned_quantity,
    unit_price_original,
    discount_original,
    amount_original,
    line_amount,
    line_cost_amount,

    -- timestamps
    ordered_date,
    ordered_at,
    first_refunded_at,

    _load_id
from order_lines
