-- One word, one revenue, to the cent: in the mart by every dimension and period, in orders and
-- refunds, and on the touchpoints of every source that writes money on them.
with settings as (
    select * from {{ ref('int_company__settings') }}
),

order_sums as (
    select
        orders.source_name,
        sum(orders.amount) as gross_amount
    from {{ ref('fct_orders') }} as orders
    inner join settings
        on orders.ordered_at < settings.as_of
    where orders.is_purchase
    group by orders.source_name
),

refund_sums as (
    select
        refunds.source_name,
        sum(refunds.refund_amount) as refund_amount
    from {{ ref('fct_refunds') }} as refunds
    inner join settings
        on refunds.refunded_at < settings.as_of
    where refunds.is_booked
    group by refunds.source_name
),

touchpoint_sums as (
    select
        touchpoints.source_name,
        sum(touchpoints.revenue_amount) as revenue_amount
    from {{ ref('fct_touchpoints') }} as touchpoints
    inner join settings
        on touchpoints.occurred_at < settings.as_of
    where touchpoints.revenue_amount is not null
    group by touchpoints.source_name
),

fact_totals as (
    select
        coalesce((select sum(gross_amount) from order_sums), 0) as gross_amount,
        coalesce((select sum(refund_amount) from refund_sums), 0) as refund_amount
),

mart_sums as (
    select
        period_type,
        dimension,
        sum(gross_revenue_amount) as gross_amount,
        sum(refund_amount) as refund_amount,
        sum(net_revenue_amount) as net_amount
    from {{ ref('revenue') }}
    group by
        period_type,
        dimension
)

select
    mart_sums.period_type || ' by ' || mart_sums.dimension as place,
    mart_sums.gross_amount - mart_sums.refund_amount as expected_amount,
    mart_sums.net_amount as actual_amount
from mart_sums
cross join fact_totals
where
    mart_sums.gross_amount != fact_totals.gross_amount
    or mart_sums.refund_amount != fact_totals.refund_amount
    or mart_sums.net_amount != fact_totals.gross_amount - fact_totals.refund_amount

union all

select
    'touchpoints of ' || touchpoint_sums.source_name as place,
    coalesce(order_sums.gross_amount, 0) - coalesce(refund_sums.refund_amount, 0)
        as expected_amount,
    touchpoint_sums.revenue_amount as actual_amount
from touchpoint_sums
left join order_sums
    on touchpoint_sums.source_name = order_sums.source_name
left join refund_sums
    on touchpoint_sums.source_name = refund_sums.source_name
where
    touchpoint_sums.revenue_amount
    != coalesce(order_sums.gross_amount, 0) - coalesce(refund_sums.refund_amount, 0)

union all

select
    'an order and its refunds' as place,
    orders.amount - orders.refund_amount as expected_amount,
    orders.net_amount as actual_amount
from {{ ref('fct_orders') }} as orders
where
    orders.is_purchase
    and (
        orders.net_amount != orders.amount - orders.refund_amount
        or (orders.refund_original = orders.amount_original and orders.net_amount != 0)
    )
