-- What customers did in all stages of their lives is what they did, and what serving them cost.
with stages as (
    select
        customer_key,
        sum(touchpoint_count) as touchpoint_count,
        sum(order_count) as order_count,
        sum(cost_to_serve_amount) as cost_to_serve_amount,
        count(*) filter (where touchpoint_count > 0 and cost_to_serve_amount is null)
            as unknown_cost_count
    from {{ ref('customer_lifecycle_activity') }}
    group by customer_key
),

customers as (
    select * from {{ ref('dim_customers') }}
)

select customers.customer_key
from customers
left join stages
    on customers.customer_key = stages.customer_key
where
    customers.touchpoint_count != coalesce(stages.touchpoint_count, 0)
    or customers.order_count != coalesce(stages.order_count, customers.order_count)
    or customers.cost_to_serve_amount != coalesce(stages.cost_to_serve_amount, 0)
    or (
        stages.touchpoint_count > 0
        and (customers.cost_to_serve_amount is null) != (stages.unknown_cost_count > 0)
    )
