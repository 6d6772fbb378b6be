-- Each purchase begins a silence: how long it lasted, and what the gaps before it were like.
with purchases as (
    select * from {{ ref('int_orders__orders') }}
    where is_purchase and customer_key is not null
),

customers as (
    select * from {{ ref('int_identity__customers') }}
),

successions as (
    select
        order_key,
        customer_key,
        channel_slug,
        store_key,
        order_number,
        ordered_at,
        ordered_date,
        lead(ordered_at) over purchases_in_order as next_ordered_at,
        lead(ordered_date) over purchases_in_order as next_ordered_date,
        {{ seconds_between('lag(ordered_at) over purchases_in_order', 'ordered_at') }} / 86400
            as gap_before_days,
        min(ordered_at) over (partition by customer_key) as first_ordered_at
    from purchases
    window purchases_in_order as (
        partition by customer_key
        order by order_number
    )
)

select
    successions.order_key,
    successions.customer_key,
    customers.segment_slug,
    successions.channel_slug,
    successions.store_key,
    successions.order_number,
    successions.order_number - 1 as earlier_gap_count,
    median(successions.gap_before_days) over (
        partition by successions.customer_key
        order by successions.order_number
        rows between unbounded preceding and current row
    ) as own_median_gap_days,
    {{ seconds_between('successions.ordered_at', 'successions.next_ordered_at') }} / 86400
        as gap_days,
    successions.first_ordered_at,
    successions.ordered_at,
    successions.ordered_date,
    successions.next_ordered_at,
    successions.next_ordered_date
from successions
left join customers
    on successions.customer_key = customers.customer_key
