{{ config(materialized='view') }}


with items as (
    select * from {{ ref('stg_kiosk__items') }}
)

select
    'kiosk' as source_name,
    product_id as product_key,
    max(product_name) as product_name
from items
group by product_id
