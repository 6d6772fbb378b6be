with counted_answers as (
    select * from {{ ref('int_feedback__counted_answers') }}
)

select
    response_key,
    touchpoint_key,
    customer_key,
    invitation_key,
    order_key,
    case_key,
    product_key,
    team_key,
    source_name,
    program_slug,
    question,
    feedback_kind,
    metric_slug,
    scale_slug,
    channel_slug,
    segment_slug,
    contact_reason_slug,
    language,
    score,
    score_share,
    band,
    invalid_reason,
    excluded_reason,
    is_valid,
    is_counted,
    is_speeding,
    is_straight_lined,
    is_without_text,
    answered_at,
    answered_date
from counted_answers
