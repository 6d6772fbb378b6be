{{ config(materialized='view') }}

with order_lines as (
    select * from {{ ref('stg_shop__order_lines') }}
),

orders as (
    select * from {{ ref('stg_shop__orders') }}
    where excluded_reason is null
),

refund_lines as (
    select * from {{ ref('stg_shop__refund_lines') }}
),

refunds as (
    select * from {{ ref('int_orders__shop_refunds') }}
    where not is_removal
),

returned_quantities as (
    select
        refund_lines.order_line_id,
        sum(refund_lines.quantity) as quantity
    from refund_lines
    inner join refunds
        on refund_lines.refund_id = refunds.refund_id
    group by refund_lines.order_line_id
),

-- Pieces that an edit took out of the order were never sold; those that came back were.
sold_lines as (
    select
        order_lines.*,
        case
            when order_lines.current_quantity is null then order_lines.quantity
            when orders.is_cancelled then order_lines.quantity
            else greatest(
                order_lines.current_quantity,
                least(
                    order_lines.quantity,
                    order_lines.current_quantity + coalesce(returned_quantities.quantity, 0)
                )
            )
        end as sold_quantity,
        orders.buyer_id,
        orders.channel_slug,
        orders.currency,
        orders.ordered_at
    from order_lines
    inner join orders
        on order_lines.order_id = orders.order_id
    left join returned_quantities
        on order_lines.order_line_id = returned_quantities.order_line_id
)

select
    'shop' as source_name,
    order_id as source_order_id,
    order_line_id as source_line_id,
    buyer_id as source_profile_id,
    product_id as product_key,
    channel_slug,
    currency,
    sold_quantity as quantity,
    unit_price as unit_price_original,
    case
        when sold_quantity = quantity then discount_amount
        else cast(
            try_cast(discount_amount * sold_quantity as double) / nullif(quantity, 0)
            as decimal(18, 4)
        )
    end as discount_original,
    case
        when sold_quantity = quantity then line_amount
        else cast(
            try_cast(line_amount * sold_quantity as double) / nullif(quantity, 0)
            as decimal(18, 4)
        )
    end as amount_original,
    ordered_at as sold_at,
    _load_id
from sold_lines
