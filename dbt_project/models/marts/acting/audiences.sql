-- For activation tools: whom to do what for today, by key. Who is held out is on no list.
with decisions as (
    select * from {{ ref('int_actions__decisions') }}
    where action_slug != 'nothing' and arm = 'treated'
),

messages as (
    select * from {{ ref('messages') }}
)

select
    {{ surrogate_key(['decisions.action_slug', 'decisions.customer_key']) }} as audience_member_key,
    decisions.action_slug,
    decisions.customer_key,
    decisions.decided_date,
    decisions.message_slug,
    decisions.channel_slug,
    messages.template_id,
    decisions.hour_block
from decisions
inner join messages
    on decisions.message_slug = messages.message_slug
