-- A warning: the message is sent already, and the company's tools are to be mended, not the data.
{{ config(severity='warn') }}

select
    messages.campaign_key,
    messages.channel_slug,
    count(*) as message_count
from {{ ref('int_campaigns__marketing_messages') }} as messages
inner join {{ ref('int_identity__customers') }} as customers
    on messages.customer_key = customers.customer_key
where
    customers.is_identified
    and messages.is_consent_shown
    and not messages.is_allowed
group by
    messages.campaign_key,
    messages.channel_slug
