-- How many of my store's known buyers looked on the web in the seven days before?
select
    dim_stores.store_name,
    count(*) as purchases_of_known_customers,
    count(*) filter (where looked.customer_key is not null) as after_a_look,
    round(count(*) filter (where looked.customer_key is not null) / count(*), 3) as share
from marts.fct_orders
inner join marts.dim_stores
    on fct_orders.store_key = dim_stores.store_key
left join (
    select distinct
        fct_orders.order_key,
        fct_orders.customer_key
    from marts.fct_orders
    inner join marts.fct_sessions
        on fct_orders.customer_key = fct_sessions.customer_key
            and fct_sessions.started_at < fct_orders.ordered_at
            and fct_sessions.started_at >= fct_orders.ordered_at - interval 7 day
    where fct_orders.store_key is not null
) as looked
    on fct_orders.order_key = looked.order_key
where fct_orders.is_purchase and fct_orders.customer_key is not null
group by dim_stores.store_name
order by share desc;
