with redirects as (
    select * from {{ ref('int_identity__customer_key_redirects') }}
)

select
    old_customer_key,
    customer_key,
    redirected_at
from redirects
