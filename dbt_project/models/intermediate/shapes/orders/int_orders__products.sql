with products as (
    select * from {{ ref('products') }}
),

complete_journey_products as (
    select * from {{ ref('stg_complete_journey__products') }}
)

select
    product_id as product_key,
    product_name,
    category_slug,
    unit_cost
from products

union all

-- A product of another company has a name of ours for neither; its cost is not known.
select
    product_id as product_key,
    coalesce(product_type, product_category, department) as product_name,
    lower(department) as category_slug,
    cast(null as decimal(18, 2)) as unit_cost
from complete_journey_products
