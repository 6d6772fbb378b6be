{{ config(materialized='view') }}


with orders as (
    select * from {{ ref('stg_shop__orders') }}
),

paid_statuses as (
    select * from {{ ref('paid_statuses') }}
),

cancel_reasons as (
    select * from {{ ref('cancel_reasons') }}
)

select
    'shop' as source_name,
    orders.order_id as source_order_id,
    orders.shop_customer_id as source_profile_id,
    case
        when orders.checkout_token is not null
            then {{ surrogate_key(["'shop'", 'orders.checkout_token']) }}
    end as checkout_key,
    -- A coupon bears the id of its campaign.
    orders.discount_code as campaign_key,
    orders.channel_slug,
    orders.currency,
    orders.total_amount as amount_original,
    orders.discount_amount as discount_original,
    paid_statuses.is_paid,
    orders.cancelled_at is not null as is_cancelled,
    case when orders.cancelled_at is not null then cancel_reasons.cancelled_by end as cancelled_by,
    orders.ordered_at,
    orders.promised_at,
    orders.shipped_at,
    orders.delivered_at,
    orders.cancelled_at,
    orders._load_id
from orders
left join paid_statuses
    on orders.financial_status = paid_statuses.financial_status
left join cancel_reasons
    on orders.cancel_reason = cancel_reasons.cancel_reason
