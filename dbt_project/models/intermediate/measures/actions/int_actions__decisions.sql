-- One decision for each known customer: what is best for them, and whether it is done, or held back
-- to tell what it brings.
with choices as (
    select * from {{ ref('int_actions__choices') }}
),

arms as (
    select * from {{ ref('int_actions__arms') }}
)

select
    choices.customer_key,
    choices.segment_slug,
    choices.decided_date,
    choices.action_slug,
    choices.priority_class,
    choices.message_slug,
    choices.channel_slug,
    choices.hour_block,
    choices.success_share,
    choices.tried_count,
    choices.tried_success_count,
    choices.expected_value,
    arms.arm,
    choices.reason_slug,
    choices.second_reason_slug
from choices
left join arms
    on
        choices.action_slug = arms.action_slug
        and choices.customer_key = arms.customer_key
