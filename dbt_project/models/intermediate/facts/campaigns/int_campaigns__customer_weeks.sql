-- Pressure is what the company sends on its own account; answers and notices about an order are
-- none.
with messages as (
    select * from {{ ref('int_touchpoints__all') }}
    where
        campaign_key is not null
        and customer_key is not null
        and not is_bot
        and {{ is_campaign_message('touchpoint_type_slug') }}
),

contacts as (
    select * from {{ ref('int_campaigns__contacts') }}
    where customer_key is not null
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

-- Each message counts: a campaign that comes twice is twice in the letter box.
message_weeks as (
    select
        customer_key,
        cast(date_trunc('week', occurred_date) as date) as week_start_date,
        count(*) as message_count,
        count(*) filter (where channel_slug = 'email') as email_count,
        count(*) filter (where channel_slug = 'sms') as sms_count,
        count(*) filter (where channel_slug = 'push') as push_count,
        count(*) filter (where channel_slug = 'mail') as mail_count,
        count(distinct campaign_key) as campaign_count
    from messages
    group by
        customer_key,
        cast(date_trunc('week', occurred_date) as date)
),

response_weeks as (
    select
        customer_key,
        cast(date_trunc('week', delivered_date) as date) as week_start_date,
        count(opened_at) as opened_count,
        count(clicked_at) as clicked_count,
        count(unsubscribed_at) as unsubscribed_count
    from contacts
    group by
        customer_key,
        cast(date_trunc('week', delivered_date) as date)
)

select
    message_weeks.customer_key,
    message_weeks.week_start_date,
    message_weeks.message_count,
    message_weeks.email_count,
    message_weeks.sms_count,
    message_weeks.push_count,
    message_weeks.mail_count,
    message_weeks.campaign_count,
    coalesce(response_weeks.opened_count, 0) as opened_count,
    coalesce(response_weeks.clicked_count, 0) as clicked_count,
    coalesce(response_weeks.unsubscribed_count, 0) as unsubscribed_count,
    message_weeks.message_count > windows.contact_pressure_limit as is_over_limit
from message_weeks
cross join windows
left join response_weeks
    on
        message_weeks.customer_key = response_weeks.customer_key
        and message_weeks.week_start_date = response_weeks.week_start_date
