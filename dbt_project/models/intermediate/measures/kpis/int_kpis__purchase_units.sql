with orders as (
    select * from {{ ref('int_orders__orders') }}
),

order_lines as (
    select * from {{ ref('int_orders__order_lines') }}
),

customers as (
    select * from {{ ref('int_identity__customers') }}
),

purchase_windows as (
    select * from {{ ref('purchase_windows') }}
),

-- A purchase without a customer may be somebody's first: it is counted apart, as unknown.
first_purchases as (
    select * from orders
    where is_purchase and (order_number = 1 or customer_key is null)
),

later_purchases as (
    select * from orders
    where is_purchase and order_number > 1
),

repurchases as (
    select
        first_purchases.order_key,
        purchase_windows.metric_slug,
        first_purchases.ordered_at + purchase_windows.until_days * interval '1 day' as matures_at,
        count(later_purchases.order_key) > 0 as is_success
    from first_purchases
    cross join purchase_windows
    left join later_purchases
        on
            first_purchases.customer_key = later_purchases.customer_key
            and first_purchases.ordered_at + purchase_windows.after_days * interval '1 day'
            < later_purchases.ordered_at
            and first_purchases.ordered_at + purchase_windows.until_days * interval '1 day'
            >= later_purchases.ordered_at
    group by
        first_purchases.order_key,
        first_purchases.ordered_at,
        purchase_windows.metric_slug,
        purchase_windows.until_days
),

-- Known at the moment of the promise: what isn't there by then is late, whenever it comes.
deliveries as (
    select
        order_key,
        customer_key,
        {{ business_date('promised_at', 'business_time_zone') }} as anchor_date,
        channel_slug,
        store_key,
        coalesce(delivered_at <= promised_at, false) as is_success,
        case when cancelled_at <= promised_at then 'excluded' else 'eligible' end as unit_state,
        promised_at as matures_at
    from orders
    where promised_at is not null
),

judged_orders as (
    select
        repurchases.metric_slug,
        repurchases.order_key as unit_key,
        first_purchases.customer_key,
        cast(null as varchar) as product_key,
        first_purchases.ordered_date as anchor_date,
        first_purchases.channel_slug,
        first_purchases.store_key,
        repurchases.is_success,
        case
            when not coalesce(customers.is_identified, false) then 'unknown'
            when not first_purchases.is_first_order then 'excluded'
            else 'eligible'
        end as unit_state,
        repurchases.matures_at
    from repurchases
    inner join first_purchases
        on repurchases.order_key = first_purchases.order_key
    left join customers
        on first_purchases.customer_key = customers.customer_key

    union all

    select
        'on_time_delivery' as metric_slug,
        order_key as unit_key,
        customer_key,
        cast(null as varchar) as product_key,
        anchor_date,
        channel_slug,
        store_key,
        is_success,
        unit_state,
        matures_at
    from deliveries

    union all

    -- An order has many products, a line has one: by product, lines are counted.
    select
        'on_time_delivery_lines' as metric_slug,
        order_lines.order_line_key as unit_key,
        deliveries.customer_key,
        order_lines.product_key,
        deliveries.anchor_date,
        deliveries.channel_slug,
        deliveries.store_key,
        deliveries.is_success,
        deliveries.unit_state,
        deliveries.matures_at
    from deliveries
    inner join order_lines
        on deliveries.order_key = order_lines.order_key
)

select
    judged_orders.metric_slug,
    judged_orders.unit_key,
    judged_orders.customer_key,
    judged_orders.anchor_date,
    judged_orders.channel_slug,
    customers.segment_slug,
    cast(null as varchar) as contact_reason_slug,
    case when judged_orders.metric_slug like 'on_time_delivery%' then 'delivery' end
        as journey_slug,
    judged_orders.product_key,
    judged_orders.store_key,
    cast(null as varchar) as team_key,
    case when judged_orders.is_success then 1.0 else 0.0 end as unit_value,
    judged_orders.unit_state,
    judged_orders.matures_at,
    false as is_censored,
    cast(null as varchar) as clock_slug,
    cast(null as bigint) as clock_started_seconds
from judged_orders
left join customers
    on judged_orders.customer_key = customers.customer_key
