{{ config(materialized='view') }}

with orders as (
    select * from {{ ref('int_orders__unlinked_orders') }}
    where source_name = 'kiosk'
),

refunds as (
    select * from {{ ref('int_orders__refunds') }}
    where source_name = 'kiosk' and is_booked
)

select
    {{ surrogate_key(["'kiosk'", "'orders'", 'source_order_id']) }} as touchpoint_key,
    'kiosk' as source_name,
    profile_key,
    channel_slug,
    'order_placed' as touchpoint_type_slug,
    ordered_at as occurred_at,
    order_key,
    case when is_paid and not is_cancelled then amount end as revenue,
    _load_id
from orders

union all

select
    {{ surrogate_key(["'kiosk'", "'refunds'", 'refunds.source_refund_id']) }} as touchpoint_key,
    'kiosk' as source_name,
    orders.profile_key,
    'shop' as channel_slug,
    'refund_issued' as touchpoint_type_slug,
    refunds.refunded_at as occurred_at,
    refunds.order_key,
    -refunds.amount as revenue,
    refunds._load_id
from refunds
inner join orders
    on refunds.order_key = orders.order_key
