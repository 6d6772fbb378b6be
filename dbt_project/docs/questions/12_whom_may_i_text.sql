-- Whom may I send an SMS (consent, not over pressure, no open issue), who is at risk, and when do they read?
with reading_hours as (
    select
        customer_key,
        mode(extract(hour from occurred_at)) as usual_hour_utc
    from marts.fct_touchpoints
    where touchpoint_type_slug in ('email_opened', 'email_clicked', 'push_opened', 'sms_replied')
    group by customer_key
),

pressed as (
    select customer_key
    from marts.contact_pressure
    where is_over_limit
        and week_start_date >= (select max(week_start_date) from marts.contact_pressure)
)

select
    customer_health.churn_state,
    reading_hours.usual_hour_utc,
    count(*) as customers
from marts.dim_customers
inner join marts.customer_health
    on dim_customers.customer_key = customer_health.customer_key
left join reading_hours
    on dim_customers.customer_key = reading_hours.customer_key
where dim_customers.is_sms_marketing_allowed
    and not coalesce(customer_health.has_open_case, false)
    and dim_customers.customer_key not in (select pressed.customer_key from pressed)
group by customer_health.churn_state, reading_hours.usual_hour_utc
order by customers desc;
