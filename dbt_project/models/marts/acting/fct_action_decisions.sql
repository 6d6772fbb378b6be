with decision_versions as (
    select * from {{ ref('int_actions__decision_history') }}
)

select
    decision_version_key,
    customer_key,
    segment_slug,
    action_slug,
    priority_class,
    message_slug,
    channel_slug,
    hour_block,
    expected_value,
    arm,
    reason_slug,
    second_reason_slug,
    valid_to is null as is_current,
    valid_from,
    valid_to
from decision_versions
