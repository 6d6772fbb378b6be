with customer_keys as (
    select * from {{ ref('int_identity__customer_keys') }}
)

select
    customer_key as old_customer_key,
    live_customer_key as customer_key,
    redirected_at
from customer_keys
where live_customer_key != customer_key
