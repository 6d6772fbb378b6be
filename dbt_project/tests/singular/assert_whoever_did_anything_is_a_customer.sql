-- Only a device that did nothing of its own has no row in the dimension.
with customers as (
    select * from {{ ref('int_identity__customers') }}
),

touchpoints as (
    select * from {{ ref('fct_touchpoints') }}
    where customer_key is not null and not is_bot
),

dimension as (
    select * from {{ ref('dim_customers') }}
),

expected as (
    select customer_key
    from customers
    where not is_device_only

    union

    select customer_key
    from touchpoints
)

select expected.customer_key
from expected
left join dimension
    on expected.customer_key = dimension.customer_key
where dimension.customer_key is null

union all

select dimension.customer_key
from dimension
left join expected
    on dimension.customer_key = expected.customer_key
where expected.customer_key is null
