-- Which share of new customers was referred, and are they worth more?
select
    dim_customers.is_referred,
    count(*) as customers,
    round(avg(dim_customers.order_count), 2) as orders_each,
    round(avg(dim_customers.net_revenue_amount), 2) as net_revenue_each
from marts.dim_customers
where dim_customers.order_count > 0
group by dim_customers.is_referred
order by dim_customers.is_referred;
