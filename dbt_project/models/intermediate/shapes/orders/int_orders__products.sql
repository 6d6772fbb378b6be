-- The company's own catalogue is a seed; what sources name beside it has no known cost.
with catalogue as (
    select * from {{ ref('products') }}
),

source_products as (
    select * from {{ ref('int_shapes__products') }}
)

select
    product_id as product_key,
    product_name,
    category_slug,
    unit_cost
from catalogue

union all

select
    product_key,
    product_name,
    category_slug,
    unit_cost
from source_products
