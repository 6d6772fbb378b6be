{{ config(materialized='view') }}


with products as (
    select * from {{ ref('stg_complete_journey__products') }}
)

select
    'complete_journey' as source_name,
    product_id as product_key,
    coalesce(product_type, product_category, department) as product_name,
    lower(department) as category_slug
from products
