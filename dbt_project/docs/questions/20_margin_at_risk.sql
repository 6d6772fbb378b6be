-- What margin hangs on customers at risk or gone, and what is a promoter worth against a detractor?
select
    customer_health.churn_state,
    case
        when dim_customers.last_nps_score >= 9 then 'promoter'
        when dim_customers.last_nps_score >= 7 then 'passive'
        when dim_customers.last_nps_score is not null then 'detractor'
        else 'not asked'
    end as nps_band,
    count(*) as customers,
    round(sum(dim_customers.margin_amount), 2) as margin_amount,
    round(avg(dim_customers.margin_amount), 2) as margin_each
from marts.customer_health
inner join marts.dim_customers
    on customer_health.customer_key = dim_customers.customer_key
group by all
order by customer_health.churn_state, nps_band;
