-- Descriptions of a customer follow one another, and the standing ones are those of today's
-- customers.
with versions as (
    select
        customer_key,
        valid_from,
        valid_to,
        lead(valid_from) over (partition by customer_key order by valid_from) as next_valid_from
    from {{ ref('int_identity__customer_history') }}
),

standing_versions as (
    select * from versions
    where valid_to is null
)

select customer_key
from versions
where
    valid_to <= valid_from
    or next_valid_from < valid_to
    or (valid_to is null and next_valid_from is not null)

union all

select coalesce(standing_versions.customer_key, customers.customer_key) as customer_key
from standing_versions
full outer join {{ ref('dim_customers') }} as customers
    on standing_versions.customer_key = customers.customer_key
where standing_versions.customer_key is null or customers.customer_key is null
