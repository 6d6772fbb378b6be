-- A view: the lines are stored once as their sources have them, and once in the mart.
{{ config(materialized='view') }}

with sold_lines as (
    select * from {{ ref('int_orders__sale_lines') }}
    where not is_return
),

orders as (
    select * from {{ ref('int_orders__orders') }}
),

products as (
    select * from {{ ref('int_orders__products') }}
),

returned_lines as (
    select
        order_line_key,
        sum(quantity) as returned_quantity,
        min(refunded_at) as first_refunded_at
    from {{ ref('int_orders__refunds') }}
    where order_line_key is not null
    group by order_line_key
)

select
    -- keys
    sold_lines.order_line_key,
    sold_lines.order_key,
    orders.customer_key,
    sold_lines.source_name,
    sold_lines.source_line_id,
    sold_lines.store_key,
    sold_lines.product_key,

    -- attributes
    orders.channel_slug,
    products.product_name,
    products.category_slug,
    sold_lines.currency,

    -- measures
    sold_lines.quantity,
    coalesce(returned_lines.returned_quantity, 0) as returned_quantity,
    sold_lines.unit_price_original,
    sold_lines.discount_original,
    sold_lines.amount_original,
    -- Four places: cents of lines need not add up to the cents of their order.
    {{ product_of('sold_lines.amount_original', 'orders.exchange_rate', 'decimal(18, 4)') }}
        as line_amount,
    {{ product_of('sold_lines.quantity', 'products.unit_cost', 'decimal(18, 4)') }}
        as line_cost_amount,

    -- flags
    orders.is_purchase,

    -- timestamps
    orders.ordered_date,
    orders.ordered_at,
    returned_lines.first_refunded_at,

    sold_lines._load_id
from sold_lines
inner join orders
    on sold_lines.order_key = orders.order_key
left join products
    on sold_lines.product_key = products.product_key
left join returned_lines
    on sold_lines.order_line_key = returned_lines.order_line_key
