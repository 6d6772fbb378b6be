-- How many customers cost more to serve than they leave, by fifth of profit, and how much of the cost comes after the purchase?
with stage_costs as (
    select
        customer_key,
        sum(cost_to_serve_amount) filter (
            where lifecycle_stage_slug in ('after_purchase', 'returned')
        ) as cost_after_purchase
    from marts.customer_lifecycle_activity
    group by customer_key
)

select
    dim_customers.profit_fifth,
    count(*) as customers,
    count(*) filter (where dim_customers.profit_amount < 0) as customers_at_a_loss,
    round(avg(dim_customers.margin_amount), 2) as margin_each,
    round(avg(dim_customers.cost_to_serve_amount), 2) as cost_to_serve_each,
    round(sum(stage_costs.cost_after_purchase) / sum(dim_customers.cost_to_serve_amount), 3)
        as share_after_purchase,
    round(avg(dim_customers.refunded_order_count), 2) as refunded_orders_each
from marts.dim_customers
inner join stage_costs
    on dim_customers.customer_key = stage_costs.customer_key
where dim_customers.profit_fifth is not null
group by dim_customers.profit_fifth
order by dim_customers.profit_fifth;
