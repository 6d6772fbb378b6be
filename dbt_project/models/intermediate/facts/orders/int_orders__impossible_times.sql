{{ config(materialized='view') }}

-- Of any source: times that contradict each other, and answers about an order before it was placed.
-- Nothing is corrected: which of two times is the wrong one, nobody knows.
with orders as (
    select * from {{ ref('int_orders__unlinked_orders') }}
),

answers as (
    select * from {{ ref('int_shapes__answers') }}
    where order_key is not null
)

select
    source_name,
    order_key,
    'shipped_at' as column_name,
    'shipped_before_ordered' as problem_slug,
    shipped_at as told_at,
    ordered_at as expected_after,
    _load_id
from orders
where shipped_at < ordered_at

union all

select
    source_name,
    order_key,
    'delivered_at' as column_name,
    'delivered_before_shipped' as problem_slug,
    delivered_at as told_at,
    coalesce(shipped_at, ordered_at) as expected_after,
    _load_id
from orders
where delivered_at < coalesce(shipped_at, ordered_at)

union all

select
    answers.source_name,
    answers.order_key,
    'answered_at' as column_name,
    'answered_before_ordered' as problem_slug,
    answers.answered_at as told_at,
    orders.ordered_at as expected_after,
    answers._load_id
from answers
inner join orders
    on answers.order_key = orders.order_key
where answers.answered_at < orders.ordered_at
