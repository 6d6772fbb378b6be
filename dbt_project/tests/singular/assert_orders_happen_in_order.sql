-- Somebody is to see it: the orders stay as they were delivered, and so do the figures about them.
{{ config(severity='warn') }}

select
    source_name,
    order_key,
    problem_slug
from {{ ref('int_orders__impossible_times') }}
