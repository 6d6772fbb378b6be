{{ config(materialized='view') }}

with orders as (
    select * from {{ ref('int_orders__unlinked_orders') }}
    where source_name = 'corner'
),

reviews as (
    select
        reviews.*,
        orders.profile_key,
        orders.order_key
    from {{ ref('stg_corner__reviews') }} as reviews
    inner join orders
        on reviews.order_no = orders.source_order_id
)

select
    {{ surrogate_key(["'corner'", "'orders'", 'source_order_id']) }} as touchpoint_key,
    'corner' as source_name,
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
    {{ surrogate_key(["'corner'", "'deliveries'", 'source_order_id']) }} as touchpoint_key,
    'corner' as source_name,
    profile_key,
    channel_slug,
    'order_delivered' as touchpoint_type_slug,
    delivered_at as occurred_at,
    order_key,
    null as revenue,
    _load_id
from orders
where delivered_at is not null

union all

select
    {{ surrogate_key(["'corner'", "'reviews'", 'review']) }} as touchpoint_key,
    'corner' as source_name,
    profile_key,
    'shop' as channel_slug,
    'review_posted' as touchpoint_type_slug,
    written_at as occurred_at,
    order_key,
    null as revenue,
    _load_id
from reviews
