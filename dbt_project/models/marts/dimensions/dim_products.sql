-- What was sold or seen and is in no catalogue is listed by its key: no fact loses its product.
with products as (
    select * from {{ ref('int_orders__products') }}
),

touchpoints as (
    select product_key from {{ ref('int_touchpoints__all') }}
),

order_lines as (
    select product_key from {{ ref('int_orders__order_lines') }}
),

unlisted_products as (
    select product_key from touchpoints
    union
    select product_key from order_lines
    except
    select product_key from products
)

select
    product_key,
    product_name,
    category_slug,
    unit_cost,
    true as is_listed
from products

union all

select
    product_key,
    product_key as product_name,
    null as category_slug,
    null as unit_cost,
    false as is_listed
from unlisted_products
where product_key is not null

union all

select
    'unknown' as product_key,
    'Unknown' as product_name,
    null as category_slug,
    null as unit_cost,
    false as is_listed
