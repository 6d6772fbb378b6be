{{ config(materialized='view') }}

-- Refunds of web orders in the currency of their order. One in which nothing was paid back, of an
-- order that says what stands of it, takes pieces out of the order: nobody gave anything back.
with refunds as (
    select * from {{ ref('stg_shop__refunds') }}
),

refund_lines as (
    select
        refund_id,
        sum(line_amount) as goods_amount
    from {{ ref('stg_shop__refund_lines') }}
    group by refund_id
),

orders as (
    select * from {{ ref('stg_shop__orders') }}
    where excluded_reason is null
),

exchange_rates as (
    select * from {{ ref('int_orders__exchange_rates') }}
),

paid_refunds as (
    select
        refunds.refund_id,
        refunds.order_id,
        refund_lines.goods_amount,
        orders.current_total_amount is not null and not orders.is_cancelled as is_of_edited_order,
        refunds.refund_amount + case
            when refunds.foreign_amount is null then 0
            -- Without a rate, what the goods cost in the shop is what is known.
            else coalesce(
                round(
                    refunds.foreign_amount
                    * foreign_rates.exchange_rate
                    / order_rates.exchange_rate,
                    4
                ),
                refund_lines.goods_amount,
                0
            )
        end as refund_amount,
        refunds.refunded_at,
        refunds._load_id
    from refunds
    inner join orders
        on refunds.order_id = orders.order_id
    left join refund_lines
        on refunds.refund_id = refund_lines.refund_id
    left join exchange_rates as foreign_rates
        on
            refunds.foreign_currency = foreign_rates.currency
            and cast(refunds.refunded_at as date) >= foreign_rates.valid_from
            and cast(refunds.refunded_at as date) < foreign_rates.valid_until
    left join exchange_rates as order_rates
        on
            orders.currency = order_rates.currency
            and cast(refunds.refunded_at as date) >= order_rates.valid_from
            and cast(refunds.refunded_at as date) < order_rates.valid_until
)

select
    refund_id,
    order_id,
    cast(refund_amount as decimal(18, 4)) as refund_amount,
    coalesce(goods_amount, 0) as goods_amount,
    is_of_edited_order and refund_amount = 0 as is_removal,
    refunded_at,
    _load_id
from paid_refunds
