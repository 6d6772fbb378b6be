-- The unit is the silence after an order: it enters when its limit has passed, whatever came first.
with silences as (
    select * from {{ ref('int_churn__silences') }}
),

orders as (
    select * from {{ ref('int_orders__orders') }}
    where is_purchase
),

customers as (
    select * from {{ ref('int_identity__customers') }}
)

select
    'churn' as metric_slug,
    orders.order_key as unit_key,
    orders.customer_key,
    orders.ordered_date as anchor_date,
    orders.channel_slug,
    customers.segment_slug,
    cast(null as varchar) as contact_reason_slug,
    cast(null as varchar) as journey_slug,
    cast(null as varchar) as product_key,
    orders.store_key,
    cast(null as varchar) as team_key,
    case when silences.next_ordered_at <= silences.churns_at then 0.0 else 1.0 end as unit_value,
    case
        when not coalesce(customers.is_identified, false) then 'unknown'
        -- Without a rhythm of its own a silence says nothing yet.
        when silences.churns_at is null then 'excluded'
        else 'eligible'
    end as unit_state,
    silences.churns_at as matures_at,
    false as is_censored,
    cast(null as varchar) as clock_slug,
    cast(null as bigint) as clock_started_seconds
from orders
left join silences
    on orders.order_key = silences.order_key
left join customers
    on orders.customer_key = customers.customer_key
