-- The outcome is known at the moment of the promise: an order that is not there by then is late,
-- whenever it comes.
with orders as (
    select * from {{ ref('int_orders__orders') }}
    where promised_at is not null
),

order_lines as (
    select * from {{ ref('int_orders__order_lines') }}
),

customers as (
    select * from {{ ref('int_identity__customers') }}
),

deliveries as (
    select
        orders.order_key,
        orders.customer_key,
        orders.store_key,
        orders.channel_slug,
        customers.segment_slug,
        'delivery' as journey_slug,
        -- An order that was cancelled nobody knows when promised nothing that could be judged.
        case
            when orders.is_cancelled and coalesce(orders.cancelled_at <= orders.promised_at, true)
                then 'excluded'
            else 'eligible'
        end as delivery_state,
        coalesce(orders.delivered_at <= orders.promised_at, false) as is_on_time,
        orders.ordered_at,
        orders.promised_at,
        {{ business_date('orders.promised_at', 'orders.business_time_zone') }} as promised_date
    from orders
    left join customers
        on orders.customer_key = customers.customer_key
),

-- An order has many products, a line has one: by product, lines are counted.
delivered_things as (
    select
        *,
        cast(null as varchar) as order_line_key,
        cast(null as varchar) as product_key
    from deliveries

    union all

    select
        deliveries.*,
        order_lines.order_line_key,
        order_lines.product_key
    from deliveries
    inner join order_lines
        on deliveries.order_key = order_lines.order_key
),

units as (
    {{ kpi_units('delivered_things', [
        kpi_unit(
            'on_time_delivery', 'promised_at', 'is_on_time', among='order_line_key is null',
            state='delivery_state'
        ),
        kpi_unit(
            'on_time_delivery_lines', 'promised_at', 'is_on_time',
            among='order_line_key is not null', state='delivery_state'
        )
    ]) }}
)

select
    metric_slug,
    coalesce(order_line_key, order_key) as unit_key,
    customer_key,
    promised_date as anchor_date,
    channel_slug,
    segment_slug,
    journey_slug,
    product_key,
    store_key,
    unit_value,
    unit_state,
    ordered_at as watched_from,
    matures_at
from units
