with customer_weeks as (
    select * from {{ ref('int_campaigns__customer_weeks') }}
),

customers as (
    select * from {{ ref('int_identity__customers') }}
)

select
    customer_weeks.customer_key,
    customer_weeks.week_start_date,
    {{ period_columns("'week'", 'customer_weeks.week_start_date') }},
    customers.segment_slug,
    customer_weeks.message_count,
    customer_weeks.email_count,
    customer_weeks.sms_count,
    customer_weeks.push_count,
    customer_weeks.mail_count,
    customer_weeks.campaign_count,
    customer_weeks.opened_count,
    customer_weeks.clicked_count,
    customer_weeks.unsubscribed_count,
    customer_weeks.is_over_limit
from customer_weeks
left join customers
    on customer_weeks.customer_key = customers.customer_key
{{ joined_periods("'week'", 'customer_weeks.week_start_date') }}
