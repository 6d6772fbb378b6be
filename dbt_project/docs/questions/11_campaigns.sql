-- Which campaign brought most revenue per 1,000 delivered, and how many unsubscribed?
with deliveries as (
    select
        campaign_key,
        count(*) as delivered,
        count(unsubscribed_at) as unsubscribed
    from marts.fct_campaign_contacts
    group by campaign_key
),

sales as (
    select
        campaign_key,
        count(*) as orders,
        sum(net_amount) as net_amount
    from marts.fct_orders
    where is_purchase
    group by campaign_key
)

select
    dim_campaigns.campaign_name,
    deliveries.delivered,
    coalesce(sales.orders, 0) as orders,
    round(1000 * coalesce(sales.net_amount, 0) / deliveries.delivered, 2) as revenue_per_1000,
    deliveries.unsubscribed
from deliveries
inner join marts.dim_campaigns
    on deliveries.campaign_key = dim_campaigns.campaign_key
left join sales
    on deliveries.campaign_key = sales.campaign_key
order by revenue_per_1000 desc;
