-- The number of earlier purchases of the customer at each touchpoint, and the stage that they were
-- in.
with touchpoints as (
    select * from {{ ref('int_touchpoints__all') }}
    where customer_key is not null
),

lifecycle_spans as (
    select * from {{ ref('int_journeys__lifecycle_spans') }}
),

-- A touchpoint that begins a stage belongs to that stage.
life_events as (
    select
        customer_key,
        touchpoint_key,
        cast(null as varchar) as lifecycle_stage_slug,
        is_purchase,
        occurred_at,
        2 as event_rank
    from touchpoints

    union all

    select
        customer_key,
        cast(null as varchar) as touchpoint_key,
        lifecycle_stage_slug,
        false as is_purchase,
        started_at as occurred_at,
        1 as event_rank
    from lifecycle_spans
),

life_histories as (
    select
        touchpoint_key,
        customer_key,
        {{ last_known('lifecycle_stage_slug') }} over life as lifecycle_stage_slug,
        sum(case when is_purchase then 1 else 0 end) over life
        - case when is_purchase then 1 else 0 end as prior_order_count,
        occurred_at
    from life_events
    window life as (
        partition by customer_key
        order by occurred_at, event_rank, touchpoint_key
        rows between unbounded preceding and current row
    )
)

select
    touchpoint_key,
    customer_key,
    lifecycle_stage_slug,
    cast(prior_order_count as integer) as prior_order_count,
    occurred_at
from life_histories
where touchpoint_key is not null
