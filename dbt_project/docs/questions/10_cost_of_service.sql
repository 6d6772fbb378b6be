-- What did service cost in each month, by channel and reason, and per case?
select
    cast(date_trunc('month', occurred_date) as date) as month_start_date,
    channel_slug,
    coalesce(contact_reason_slug, 'unknown') as contact_reason_slug,
    round(sum(cost_amount), 2) as cost_amount,
    count(distinct case_key) as cases,
    round(sum(cost_amount) / nullif(count(distinct case_key), 0), 2) as cost_per_case
from marts.fct_touchpoints
where case_key is not null
group by all
order by month_start_date desc, cost_amount desc;
