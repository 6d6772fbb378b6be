-- Which products come back most, and why?
with sold as (
    select
        product_key,
        sum(quantity) as quantity
    from marts.fct_order_lines
    group by product_key
),

returned as (
    select
        product_key,
        count(*) as refunds,
        sum(refund_amount) as refund_amount
    from marts.fct_refunds
    group by product_key
)

select
    dim_products.product_name,
    sold.quantity as sold_pieces,
    returned.refunds,
    round(returned.refund_amount, 2) as refund_amount,
    round(returned.refunds / sold.quantity, 3) as refund_rate
from sold
inner join returned
    on sold.product_key = returned.product_key
inner join marts.dim_products
    on sold.product_key = dim_products.product_key
order by refund_rate desc;
