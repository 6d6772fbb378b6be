-- The sums over customers stay those of the facts, whichever customers are merged or taken apart
-- again.
with dimension_totals as (
    select
        coalesce(sum(touchpoint_count), 0) as touchpoint_count,
        coalesce(sum(order_count), 0) as order_count,
        coalesce(sum(net_revenue_amount), 0) as net_revenue_amount,
        coalesce(sum(answer_count), 0) as answer_count
    from {{ ref('dim_customers') }}
),

touchpoint_totals as (
    select count(*) as touchpoint_count
    from {{ ref('fct_touchpoints') }}
    where customer_key is not null and not is_bot
),

order_totals as (
    select
        count(*) as order_count,
        coalesce(sum(net_amount), 0) as net_revenue_amount
    from {{ ref('int_orders__orders') }}
    where customer_key is not null and is_purchase
),

receiptless_totals as (
    select coalesce(sum(refund_amount), 0) as refund_amount
    from {{ ref('int_orders__refund_lines') }}
    where customer_key is not null and order_key is null
),

answer_totals as (
    select count(*) as answer_count
    from {{ ref('int_feedback__counted_answers') }}
    where customer_key is not null and is_valid
)

select
    dimension_totals.touchpoint_count,
    dimension_totals.order_count,
    dimension_totals.net_revenue_amount,
    dimension_totals.answer_count
from dimension_totals
cross join touchpoint_totals
cross join order_totals
cross join receiptless_totals
cross join answer_totals
where
    dimension_totals.touchpoint_count != touchpoint_totals.touchpoint_count
    or dimension_totals.order_count != order_totals.order_count
    or dimension_totals.net_revenue_amount
    != order_totals.net_revenue_amount - receiptless_totals.refund_amount
    or dimension_totals.answer_count != answer_totals.answer_count
