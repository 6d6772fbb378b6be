-- What the company sent on its own account; answers and notices about an order are not pressure.
with contacts as (
    select * from {{ ref('int_campaigns__contacts') }}
    where customer_key is not null
)

select
    customer_key,
    cast(date_trunc('week', delivered_date) as date) as week_start_date,
    count(*) as message_count,
    count(*) filter (where channel_slug = 'email') as email_count,
    count(*) filter (where channel_slug = 'sms') as sms_count,
    count(*) filter (where channel_slug = 'push') as push_count,
    count(*) filter (where channel_slug = 'mail') as mail_count,
    count(distinct campaign_key) as campaign_count,
    count(opened_at) as opened_count,
    count(clicked_at) as clicked_count,
    count(unsubscribed_at) as unsubscribed_count
from contacts
group by
    customer_key,
    cast(date_trunc('week', delivered_date) as date)
