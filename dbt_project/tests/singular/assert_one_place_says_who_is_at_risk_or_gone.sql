-- The stage of life, its current span and the customer's health give one answer.
select
    customers.customer_key,
    customers.lifecycle_stage_slug,
    spans.lifecycle_stage_slug as current_stage_slug,
    health.churn_state
from {{ ref('dim_customers') }} as customers
inner join {{ ref('customer_health') }} as health
    on customers.customer_key = health.customer_key
left join {{ ref('fct_lifecycle_spans') }} as spans
    on
        customers.customer_key = spans.customer_key
        and spans.is_current
where
    customers.churn_state != health.churn_state
    or customers.lifecycle_stage_slug is distinct from spans.lifecycle_stage_slug
    or (health.churn_state = 'churned')
    != coalesce(customers.lifecycle_stage_slug = 'lost', false)
    or (health.churn_state = 'at_risk')
    != coalesce(customers.lifecycle_stage_slug = 'at_risk', false)
