-- Each rule holds over stretches of a customer's life; at any moment the first rule that holds
-- gives the stage. Nothing depends on `as_of`: that a customer will be lost is known from the last
-- order on, unless another comes; marts look at what has begun.
with orders as (
    select * from {{ ref('int_orders__orders') }}
),

-- What was cancelled or never paid was no purchase, and leaves its customer where they stood.
touchpoints as (
    select
        touchpoints.touchpoint_key,
        touchpoints.customer_key,
        case
            when touchpoints.is_purchase and not orders.is_purchase then null
            else touchpoints.touchpoint_type_slug
        end as touchpoint_type_slug,
        touchpoints.is_purchase and coalesce(orders.is_purchase, true) as is_purchase,
        touchpoints.occurred_at
    from {{ ref('int_touchpoints__all') }} as touchpoints
    left join orders
        on touchpoints.order_key = orders.order_key
    where touchpoints.customer_key is not null
),

rules as (
    select * from {{ ref('lifecycle_rules') }}
),

silences as (
    select * from {{ ref('int_churn__silences') }}
),

-- Lives are cut by orders: from each to the next, and from the first touchpoint to the first order.
life_marks as (
    select
        customer_key,
        min(occurred_at) as marked_at,
        '' as mark_key,
        false as is_order
    from touchpoints
    group by customer_key

    union all

    select
        customer_key,
        occurred_at as marked_at,
        touchpoint_key as mark_key,
        true as is_order
    from touchpoints
    where is_purchase
),

order_periods as (
    select
        customer_key,
        mark_key,
        marked_at as started_at,
        lead(marked_at) over life as ended_at,
        sum(case when is_order then 1 else 0 end) over life as order_count,
        case
            when lag(is_order) over life
                then {{ seconds_between('lag(marked_at) over life', 'marked_at') }}
        end as gap_seconds
    from life_marks
    window life as (partition by customer_key order by marked_at, is_order, mark_key)
),

paced_periods as (
    select
        *,
        median(gap_seconds) over (
            partition by customer_key
            order by started_at, order_count
            rows between unbounded preceding and current row
        ) as median_gap_seconds
    from order_periods
),

-- A customer without a gap of their own has no pace, and a rule that asks for a pace does not hold
-- yet.
order_stretches as (
    select
        paced_periods.customer_key,
        rules.priority,
        rules.lifecycle_stage_slug,
        paced_periods.started_at + {{ duration_of(
            'greatest('
            ~ 'coalesce(rules.minimum_days_since_order, 0) * 86400, '
            ~ 'coalesce(rules.minimum_gaps_since_order * paced_periods.median_gap_seconds, 0))',
            'second'
        ) }} as holds_from,
        least(
            coalesce(paced_periods.ended_at, timestamp '9999-12-31'),
            coalesce(
                paced_periods.started_at
                + {{ duration_of('rules.maximum_days_since_order', 'day') }},
                timestamp '9999-12-31'
            )
        ) as holds_until
    from paced_periods
    inner join rules
        on
            paced_periods.order_count >= coalesce(rules.minimum_orders, 0)
            and paced_periods.order_count <= coalesce(rules.maximum_orders, 2147483647)
    where
        rules.touchpoint_type_slug is null
        and rules.churn_state is null
        and (
            rules.minimum_gaps_since_order is null or paced_periods.median_gap_seconds is not null
        )
        and coalesce(
            paced_periods.gap_seconds >= rules.minimum_days_before_order * 86400,
            rules.minimum_days_before_order is null
        )
),

-- Who is at risk and who is gone is told in one place: by the limits of the silence.
silence_stretches as (
    select
        silences.customer_key,
        rules.priority,
        rules.lifecycle_stage_slug,
        case rules.churn_state
            when 'churned' then silences.churns_at
            else silences.at_risk_at
        end as holds_from,
        coalesce(silences.next_ordered_at, timestamp '9999-12-31') as holds_until
    from silences
    inner join rules
        on rules.churn_state is not null
    where silences.churns_at is not null
),

ruled_touchpoints as (
    select
        touchpoints.customer_key,
        touchpoints.occurred_at,
        rules.priority,
        rules.lifecycle_stage_slug,
        rules.minimum_orders,
        rules.maximum_orders,
        {{ duration_of('rules.lasting_days', 'day') }} as lasting,
        rules.minimum_touchpoints,
        -- With this touchpoint there are enough of its kind if the nth before it is near.
        lag(touchpoints.occurred_at, rules.minimum_touchpoints - 1) over (
            partition by touchpoints.customer_key, rules.priority
            order by touchpoints.occurred_at, touchpoints.touchpoint_key
        ) as nth_back_at
    from touchpoints
    inner join rules
        on touchpoints.touchpoint_type_slug = rules.touchpoint_type_slug
),

event_stretches as (
    select
        ruled_touchpoints.customer_key,
        ruled_touchpoints.priority,
        ruled_touchpoints.lifecycle_stage_slug,
        greatest(ruled_touchpoints.occurred_at, order_periods.started_at) as holds_from,
        least(
            ruled_touchpoints.occurred_at + ruled_touchpoints.lasting,
            coalesce(order_periods.ended_at, timestamp '9999-12-31')
        ) as holds_until
    from ruled_touchpoints
    inner join order_periods
        on
            ruled_touchpoints.customer_key = order_periods.customer_key
            and order_periods.order_count >= coalesce(ruled_touchpoints.minimum_orders, 0)
            and order_periods.order_count
            <= coalesce(ruled_touchpoints.maximum_orders, 2147483647)
            and ruled_touchpoints.occurred_at + ruled_touchpoints.lasting
            > order_periods.started_at
            and ruled_touchpoints.occurred_at
            < coalesce(order_periods.ended_at, timestamp '9999-12-31')
    where
        ruled_touchpoints.minimum_touchpoints = 1
        or ruled_touchpoints.nth_back_at + ruled_touchpoints.lasting
        >= ruled_touchpoints.occurred_at
),

stretches as (
    select * from order_stretches
    where holds_from < holds_until

    union all

    select * from event_stretches
    where holds_from < holds_until

    union all

    select * from silence_stretches
    where holds_from < holds_until
),

-- Stretches of one rule that touch are one: fewer to look through.
stretches_in_order as (
    select
        *,
        max(holds_until) over (
            partition by customer_key, priority
            order by holds_from, holds_until
            rows between unbounded preceding and 1 preceding
        ) as held_until
    from stretches
),

numbered_stretches as (
    select
        *,
        sum(case when holds_from <= held_until then 0 else 1 end) over (
            partition by customer_key, priority
            order by holds_from, holds_until
            rows unbounded preceding
        ) as island_number
    from stretches_in_order
),

rule_stretches as (
    select
        customer_key,
        priority,
        lifecycle_stage_slug,
        min(holds_from) as holds_from,
        max(holds_until) as holds_until
    from numbered_stretches
    group by
        customer_key,
        priority,
        lifecycle_stage_slug,
        island_number
),

moments as (
    select
        customer_key,
        holds_from as changed_at
    from rule_stretches

    union

    select
        customer_key,
        holds_until as changed_at
    from rule_stretches
    where holds_until < timestamp '9999-12-31'
),

moment_stages as (
    select
        moments.customer_key,
        moments.changed_at,
        min_by(rule_stretches.lifecycle_stage_slug, rule_stretches.priority)
            as lifecycle_stage_slug
    from moments
    inner join rule_stretches
        on
            moments.customer_key = rule_stretches.customer_key
            and moments.changed_at >= rule_stretches.holds_from
            and moments.changed_at < rule_stretches.holds_until
    group by
        moments.customer_key,
        moments.changed_at
),

compared_stages as (
    select
        *,
        lag(lifecycle_stage_slug) over (partition by customer_key order by changed_at)
            as previous_stage_slug
    from moment_stages
)

select
    {{ surrogate_key(['customer_key', 'changed_at']) }} as lifecycle_span_key,
    customer_key,
    lifecycle_stage_slug,
    previous_stage_slug,
    row_number() over (partition by customer_key order by changed_at) as span_number,
    changed_at as started_at,
    lead(changed_at) over (partition by customer_key order by changed_at) as ended_at
from compared_stages
where coalesce(lifecycle_stage_slug != previous_stage_slug, true)
