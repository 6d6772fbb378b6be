with bad_experiences as (
    select * from {{ ref('int_feedback__bad_experiences') }}
)

select
    bad_experience_key,
    customer_key,
    case_key,
    order_key,
    incident_type,
    first_rule_slug,
    channel_slug,
    contact_reason_slug,
    segment_slug,
    sign_count,
    rule_count,
    experience_number,
    rule_version,
    occurred_at,
    occurred_date
from bad_experiences
