-- One form for everything that chance decided: campaigns with a control group of their source, and
-- actions by their hash. By whom it was meant for, not by who got it: of an action that the sending
-- tool reports back, who was reached is known.
with campaign_trials as (
    select * from {{ ref('int_campaigns__trials') }}
),

arms as (
    select * from {{ ref('int_actions__arms') }}
),

messages as (
    select * from {{ ref('messages') }}
    where template_id is not null
),

contacts as (
    select * from {{ ref('int_campaigns__contacts') }}
    where delivered_at is not null
)

select
    'campaign' as kind,
    campaign_key as subject,
    customer_key,
    is_held_out,
    is_reached,
    assigned_at
from campaign_trials

union all

select
    'action' as kind,
    arms.action_slug as subject,
    arms.customer_key,
    arms.arm = 'held_out' as is_held_out,
    coalesce(
        bool_or(contacts.delivered_at >= arms.assigned_at), false
    ) as is_reached,
    arms.assigned_at
from arms
left join messages
    on arms.action_slug = messages.action_slug
left join contacts
    on
        arms.customer_key = contacts.customer_key
        and messages.template_id = contacts.campaign_key
group by
    arms.action_slug,
    arms.customer_key,
    arms.arm,
    arms.assigned_at
