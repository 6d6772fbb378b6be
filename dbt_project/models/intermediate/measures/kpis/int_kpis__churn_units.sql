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
),

judged_silences as (
    select
        orders.order_key,
        orders.customer_key,
        orders.store_key,
        orders.channel_slug,
        customers.segment_slug,
        case
            when not coalesce(customers.is_identified, false) then 'unknown'
            -- Without a rhythm of its own a silence says nothing yet.
            when silences.churns_at is null then 'excluded'
            else 'eligible'
        end as state,
        coalesce(silences.next_ordered_at > silences.churns_at, true) as is_churn,
        orders.ordered_date,
        orders.ordered_at,
        silences.churns_at
    from orders
    left join silences
        on orders.order_key = silences.order_key
    left join customers
        on orders.customer_key = customers.customer_key
),

units as (
    {{ kpi_units('judged_silences', [
        kpi_unit('churn', 'ordered_at', 'is_churn', state='state', matures_at='churns_at')
    ]) }}
)

select
    metric_slug,
    order_key as unit_key,
    customer_key,
    ordered_date as anchor_date,
    channel_slug,
    segment_slug,
    store_key,
    unit_value,
    unit_state,
    anchored_at as watched_from,
    matures_at
from units
