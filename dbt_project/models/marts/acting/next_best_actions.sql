with decisions as (
    select * from {{ ref('int_actions__decisions') }}
)

select
    customer_key,
    segment_slug,
    decided_date,
    action_slug,
    priority_class,
    message_slug,
    channel_slug,
    hour_block,
    success_share,
    expected_value,
    arm,
    reason_slug,
    second_reason_slug
from decisions
