-- My store in the last month against the others: sales, receipts, basket, satisfaction?
with sales as (
    select
        store_key,
        cast(date_trunc('month', ordered_date) as date) as month_start_date,
        count(*) as receipts,
        sum(net_amount) as net_amount
    from marts.fct_orders
    where is_purchase and store_key is not null
    group by all
)

select
    dim_stores.store_name,
    sales.month_start_date,
    sales.receipts,
    sales.net_amount,
    round(sales.net_amount / sales.receipts, 2) as basket,
    cx_scorecard.value as csat,
    cx_scorecard.denominator as answers
from sales
inner join marts.dim_stores
    on sales.store_key = dim_stores.store_key
left join marts.cx_scorecard
    on cx_scorecard.metric_slug = 'csat'
        and cx_scorecard.dimension = 'store'
        and cx_scorecard.period_type = 'month'
        and cx_scorecard.member = sales.store_key
        and cx_scorecard.period_start_date = sales.month_start_date
order by sales.month_start_date desc, sales.net_amount desc;
