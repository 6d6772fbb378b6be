{{ config(materialized='view') }}


with orders as (
    select * from {{ ref('stg_shop__orders') }}
),

refunds as (
    select
        order_id,
        sum(refund_amount) as refunded_amount
    from {{ ref('int_orders__shop_refunds') }}
    group by order_id
),

paid_statuses as (
    select * from {{ ref('paid_statuses') }}
),

cancel_reasons as (
    select * from {{ ref('cancel_reasons') }}
),

-- What stands of an edited order is after its refunds too; with them added, it is what was sold. Of
-- an order that was called off unpaid nothing stands, and its amount is what was ordered.
sold_orders as (
    select
        orders.*,
        case
            when orders.current_total_amount is null then orders.total_amount
            when orders.is_cancelled and coalesce(refunds.refunded_amount, 0) = 0
                then orders.total_amount
            else greatest(
                orders.current_total_amount,
                least(
                    orders.total_amount,
                    orders.current_total_amount + coalesce(refunds.refunded_amount, 0)
                )
            )
        end as sold_amount
    from orders
    left join refunds
        on orders.order_id = refunds.order_id
)

select
    'shop' as source_name,
    orders.order_id as source_order_id,
    orders.buyer_id as source_profile_id,
    case
        when orders.checkout_token is not null
            then {{ surrogate_key(["'shop'", 'orders.checkout_token']) }}
    end as checkout_key,
    -- A coupon bears the id of its campaign.
    orders.discount_code as campaign_key,
    orders.channel_slug,
    orders.currency,
    orders.excluded_reason,
    orders.sold_amount as amount_original,
    orders.total_amount - orders.sold_amount as removed_original,
    orders.discount_amount as discount_original,
    -- A status that nobody has listed is a value issue; until somebody does, no money is known of.
    coalesce(paid_statuses.is_paid, false) as is_paid,
    orders.is_cancelled,
    case when orders.is_cancelled then cancel_reasons.cancelled_by end as cancelled_by,
    orders.ordered_at,
    orders.promised_at,
    orders.promised_date,
    orders.shipped_at,
    orders.delivered_at,
    orders.cancelled_at,
    orders._load_id
from sold_orders as orders
left join paid_statuses
    on orders.financial_status = paid_statuses.financial_status
left join cancel_reasons
    on orders.cancel_reason = cancel_reasons.cancel_reason
