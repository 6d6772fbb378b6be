{{ config(materialized='view') }}

-- Checkouts that were begun are touchpoints of `web`, which saw every one of them.
with orders as (
    select * from {{ ref('int_orders__unlinked_orders') }}
    where source_name = 'shop'
),

refunds as (
    select * from {{ ref('int_orders__refunds') }}
    where source_name = 'shop'
),

order_events as (
    select
        *,
        -- What the shop sold in a store was handed over there.
        case when channel_slug = 'store' then 'store_purchase' else 'order_placed' end
            as touchpoint_type_slug,
        cast(null as varchar) as outcome_slug,
        channel_slug as event_channel_slug,
        ordered_at as occurred_at,
        -- Revenue has one rule: what was cancelled or never paid earned nothing.
        case when is_paid and not is_cancelled then amount else 0 end as revenue
    from orders

    union all

    select
        *,
        'order_shipped' as touchpoint_type_slug,
        cast(null as varchar) as outcome_slug,
        'shop' as event_channel_slug,
        shipped_at as occurred_at,
        cast(null as decimal(18, 2)) as revenue
    from orders
    where shipped_at is not null

    union all

    select
        *,
        'order_delivered' as touchpoint_type_slug,
        case
            when delivered_at > promised_at then 'late'
            when promised_at is not null then 'on_time'
        end as outcome_slug,
        'shop' as event_channel_slug,
        delivered_at as occurred_at,
        cast(null as decimal(18, 2)) as revenue
    from orders
    where delivered_at is not null

    union all

    select
        *,
        'order_cancelled' as touchpoint_type_slug,
        cast(null as varchar) as outcome_slug,
        'shop' as event_channel_slug,
        cancelled_at as occurred_at,
        cast(null as decimal(18, 2)) as revenue
    from orders
    where cancelled_at is not null
),

shop_events as (
    select
        'orders' as table_name,
        source_order_id as record_id,
        profile_key,
        event_channel_slug as channel_slug,
        touchpoint_type_slug,
        outcome_slug,
        business_time_zone,
        order_key,
        case
            when touchpoint_type_slug in ('order_placed', 'store_purchase') then checkout_key
        end as checkout_key,
        campaign_key,
        cast(null as varchar) as product_key,
        occurred_at,
        revenue,
        _load_id
    from order_events

    union all

    select
        'refunds' as table_name,
        source_refund_id as record_id,
        max(profile_key) as profile_key,
        'shop' as channel_slug,
        'refund_issued' as touchpoint_type_slug,
        cast(null as varchar) as outcome_slug,
        max(business_time_zone) as business_time_zone,
        max(order_key) as order_key,
        cast(null as varchar) as checkout_key,
        cast(null as varchar) as campaign_key,
        -- Of several products it is about none of them.
        case when count(distinct product_key) = 1 then max(product_key) end as product_key,
        min(refunded_at) as occurred_at,
        -sum(case when is_booked then amount else 0 end) as revenue,
        max(_load_id) as _load_id
    from refunds
    group by source_refund_id
)

select
    {{ surrogate_key(["'shop'", 'table_name', 'record_id', 'touchpoint_type_slug']) }}
        as touchpoint_key,
    'shop' as source_name,
    profile_key,
    channel_slug,
    touchpoint_type_slug,
    outcome_slug,
    occurred_at,
    business_time_zone,
    order_key,
    checkout_key,
    campaign_key,
    product_key,
    cast(revenue as decimal(18, 2)) as revenue,
    _load_id
from shop_events
