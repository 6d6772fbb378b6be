-- What customers left behind: the margin of what they kept, less what serving them cost. A part of
-- either would be another customer's profit: one unknown cost hides it.
with customers as (
    select * from {{ ref('int_identity__customers') }}
),

bookings as (
    select * from {{ ref('int_orders__customer_bookings') }}
),

refund_lines as (
    select * from {{ ref('int_orders__refund_lines') }}
    where order_key is not null
),

touchpoints as (
    select * from {{ ref('int_touchpoints__all') }}
    where customer_key is not null and not is_bot
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

-- Of a company that set no cost of any interaction, nobody can tell what serving cost. Where no
-- source shows orders, nobody can tell a margin.
knowledge as (
    select
        (select count(touchpoints.cost_amount) > 0 from touchpoints) as is_cost_set,
        (
            select coalesce(bool_or(shown_shapes.is_shown), false)
            from {{ ref('int_company__shown_shapes') }} as shown_shapes
            where shown_shapes.shape_slug = 'orders'
        ) as is_order_shown
),

-- What months before that of `as_of` left is settled: it holds until the next month begins.
settled_bookings as (
    select
        bookings.customer_key,
        bookings.order_key,
        bookings.margin_amount,
        bookings.booked_at < date_trunc('month', settings.as_of) as is_settled
    from bookings
    cross join settings
),

-- A refund of this month took from the margin of an earlier purchase: it settles with this month.
unsettled_refunds as (
    select
        settled_bookings.customer_key,
        sum(refund_lines.margin_change_amount) as margin_change_amount
    from settled_bookings
    inner join refund_lines
        on settled_bookings.order_key = refund_lines.order_key
    cross join settings
    where
        settled_bookings.is_settled
        and refund_lines.is_booked
        and refund_lines.refunded_at >= date_trunc('month', settings.as_of)
    group by settled_bookings.customer_key
),

purchases as (
    select
        customer_key,
        case when count(margin_amount) = count(*) then sum(margin_amount) end as margin_amount,
        count(order_key) filter (where is_settled) as settled_order_count,
        case
            when count(margin_amount) filter (where is_settled) = count(*) filter (where is_settled)
                then sum(margin_amount) filter (where is_settled)
        end as settled_margin_amount
    from settled_bookings
    group by customer_key
),

settled_touchpoints as (
    select
        touchpoints.customer_key,
        touchpoints.cost_amount,
        touchpoints.occurred_at < date_trunc('month', settings.as_of) as is_settled
    from touchpoints
    cross join settings
),

services as (
    select
        customer_key,
        case when count(cost_amount) = count(*) then sum(cost_amount) end as cost_amount,
        case
            when count(cost_amount) filter (where is_settled) = count(*) filter (where is_settled)
                then coalesce(sum(cost_amount) filter (where is_settled), 0)
        end as settled_cost_amount
    from settled_touchpoints
    group by customer_key
),

amounts as (
    select
        customers.customer_key,
        cast(
            case
                when purchases.customer_key is not null then purchases.margin_amount
                when knowledge.is_order_shown then 0
            end as decimal(18, 2)
        ) as margin_amount,
        cast(
            case
                when services.customer_key is not null then services.cost_amount
                when knowledge.is_cost_set then 0
            end as decimal(18, 4)
        ) as cost_to_serve_amount
    from customers
    cross join knowledge
    left join purchases
        on customers.customer_key = purchases.customer_key
    left join services
        on customers.customer_key = services.customer_key
),

-- Fifths of known people who have bought, as the last month left them: a fifth moves with every
-- purchase of anybody, and the history of customers is to keep moves, not jitter.
settled_buyers as (
    select
        customers.customer_key,
        purchases.settled_margin_amount
        - coalesce(unsettled_refunds.margin_change_amount, 0)
        - case
            when services.customer_key is not null then services.settled_cost_amount
            when knowledge.is_cost_set then 0
        end as settled_profit_amount
    from customers
    cross join knowledge
    inner join purchases
        on customers.customer_key = purchases.customer_key
    left join unsettled_refunds
        on customers.customer_key = unsettled_refunds.customer_key
    left join services
        on customers.customer_key = services.customer_key
    where customers.is_identified and purchases.settled_order_count > 0
),

fifths as (
    select
        customer_key,
        count(*) over () as buyer_count,
        least(5, 1 + floor(5 * percent_rank() over (order by settled_profit_amount))) as fifth
    from settled_buyers
    where settled_profit_amount is not null
)

select
    amounts.customer_key,
    cast(fifths.fifth as integer) as profit_fifth,
    amounts.margin_amount,
    amounts.cost_to_serve_amount,
    cast(amounts.margin_amount - amounts.cost_to_serve_amount as decimal(18, 4)) as profit_amount
from amounts
left join fifths
    on
        amounts.customer_key = fifths.customer_key
        and fifths.buyer_count >= 5
