-- What the customer had bought before each moment, and the first rule that fits it.
with touchpoints as (
    select * from {{ ref('int_touchpoints__all') }}
    where customer_key is not null
),

lifecycle_rules as (
    select * from {{ ref('lifecycle_rules') }}
),

purchase_histories as (
    select
        touchpoint_key,
        customer_key,
        touchpoint_type_slug,
        occurred_at,
        coalesce(sum(case when is_purchase then 1 else 0 end) over earlier, 0) as prior_order_count,
        max(case when is_purchase then occurred_at end) over earlier as last_ordered_at
    from touchpoints
    window earlier as (
        partition by customer_key
        order by occurred_at, touchpoint_key
        rows between unbounded preceding and 1 preceding
    )
),

measured_histories as (
    select
        *,
        epoch(occurred_at - last_ordered_at) / 86400 as days_since_order
    from purchase_histories
),

first_rules as (
    select
        measured_histories.touchpoint_key,
        min(lifecycle_rules.priority) as priority
    from measured_histories
    inner join lifecycle_rules
        on
            coalesce(
                measured_histories.touchpoint_type_slug = lifecycle_rules.touchpoint_type_slug, true
            )
            and measured_histories.prior_order_count
            between coalesce(lifecycle_rules.minimum_prior_orders, 0)
            and coalesce(lifecycle_rules.maximum_prior_orders, measured_histories.prior_order_count)
            and coalesce(
                measured_histories.days_since_order >= lifecycle_rules.minimum_days_since_order,
                true
            )
            and coalesce(
                measured_histories.days_since_order < lifecycle_rules.maximum_days_since_order, true
            )
    group by measured_histories.touchpoint_key
)

select
    measured_histories.touchpoint_key,
    measured_histories.customer_key,
    lifecycle_rules.lifecycle_stage_slug,
    cast(measured_histories.prior_order_count as integer) as prior_order_count,
    measured_histories.last_ordered_at,
    measured_histories.occurred_at
from measured_histories
inner join first_rules
    on measured_histories.touchpoint_key = first_rules.touchpoint_key
inner join lifecycle_rules
    on first_rules.priority = lifecycle_rules.priority
