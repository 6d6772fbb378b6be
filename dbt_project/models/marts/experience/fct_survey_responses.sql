with counted_answers as (
    select * from {{ ref('int_feedback__counted_answers') }}
),

touchpoints as (
    select touchpoint_key from {{ ref('int_touchpoints__all') }}
)

select
    response_key,
    -- An answer that was only a test is no touchpoint of anybody.
    case
        when touchpoint_key in (select touchpoints.touchpoint_key from touchpoints)
            then touchpoint_key
    end as touchpoint_key,
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
