-- What journeys earned and cost is what their touchpoints did, however many journeys share one.
with step_touchpoints as (
    select touchpoint_key
    from {{ ref('fct_journey_steps') }}
    group by touchpoint_key
),

touchpoint_totals as (
    select
        sum(touchpoints.revenue_amount) as revenue_amount,
        sum(touchpoints.cost_amount) as cost_amount
    from {{ ref('fct_touchpoints') }} as touchpoints
    inner join step_touchpoints
        on touchpoints.touchpoint_key = step_touchpoints.touchpoint_key
),

journey_totals as (
    select
        sum(revenue_amount) as revenue_amount,
        sum(cost_amount) as cost_amount
    from {{ ref('fct_journeys') }}
)

select
    touchpoint_totals.revenue_amount,
    journey_totals.revenue_amount as journey_revenue_amount,
    touchpoint_totals.cost_amount,
    journey_totals.cost_amount as journey_cost_amount
from touchpoint_totals
cross join journey_totals
where
    touchpoint_totals.revenue_amount != journey_totals.revenue_amount
    or touchpoint_totals.cost_amount != journey_totals.cost_amount
