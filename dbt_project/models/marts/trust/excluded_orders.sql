-- What was delivered as an order and counts nowhere.
with orders as (
    select * from {{ ref('int_shapes__orders') }}
    where excluded_reason is not null
)

select
    {{ surrogate_key(['source_name', 'excluded_reason', 'currency']) }} as excluded_orders_key,
    source_name,
    excluded_reason,
    currency,
    cast(count(*) as bigint) as order_count,
    cast(sum(amount_original + removed_original) as decimal(18, 4)) as amount_original,
    min(ordered_at) as first_ordered_at,
    max(ordered_at) as last_ordered_at
from orders
group by
    source_name,
    excluded_reason,
    currency
