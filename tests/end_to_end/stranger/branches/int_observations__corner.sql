{{ config(materialized='view') }}

with customers as (
    select * from {{ ref('stg_corner__customers') }}
)

select
    'corner' as source_name,
    customer_no as source_profile_id,
    {{ surrogate_key(["'corner'", 'customer_no']) }} as profile_key,
    customer_no as account_id,
    e_mail as email,
    first_name as given_name,
    last_name as surname,
    town as city,
    _load_id
from customers
