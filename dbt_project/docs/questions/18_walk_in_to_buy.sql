-- Which share of the visitors that the sensors know buys on the same day?
with visits as (
    select distinct
        customer_key,
        store_key,
        occurred_date
    from marts.fct_touchpoints
    where touchpoint_type_slug = 'store_visited' and customer_key is not null
)

select
    dim_stores.store_name,
    count(*) as visits,
    count(bought.customer_key) as with_a_purchase,
    round(count(bought.customer_key) / count(*), 3) as share
from visits
inner join marts.dim_stores
    on visits.store_key = dim_stores.store_key
left join (
    select distinct
        customer_key,
        store_key,
        ordered_date
    from marts.fct_orders
    where is_purchase and store_key is not null
) as bought
    on visits.customer_key = bought.customer_key
        and visits.store_key = bought.store_key
        and visits.occurred_date = bought.ordered_date
group by dim_stores.store_name
order by share desc;
