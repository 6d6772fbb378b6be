with counted_answers as (
    select * from {{ ref('int_feedback__counted_answers') }}
),

answer_subjects as (
    select * from {{ ref('int_journeys__answer_subjects') }}
),

touchpoints as (
    select touchpoint_key from {{ ref('int_touchpoints__all') }}
)

select
    counted_answers.response_key,
    -- An answer that was only a test is no touchpoint of anybody.
    case
        when counted_answers.touchpoint_key in (select touchpoints.touchpoint_key from touchpoints)
            then counted_answers.touchpoint_key
    end as touchpoint_key,
    counted_answers.customer_key,
    counted_answers.invitation_key,
    counted_answers.order_key,
    answer_subjects.case_key,
    counted_answers.product_key,
    answer_subjects.team_key,
    counted_answers.source_name,
    counted_answers.program_slug,
    counted_answers.question,
    counted_answers.feedback_kind,
    counted_answers.metric_slug,
    counted_answers.scale_slug,
    counted_answers.channel_slug,
    counted_answers.segment_slug,
    counted_answers.contact_reason_slug,
    counted_answers.language,
    counted_answers.score,
    counted_answers.score_share,
    counted_answers.band,
    counted_answers.invalid_reason,
    counted_answers.excluded_reason,
    counted_answers.is_valid,
    counted_answers.is_counted,
    counted_answers.is_speeding,
    counted_answers.is_straight_lined,
    counted_answers.is_without_text,
    counted_answers.answered_at,
    counted_answers.answered_date
from counted_answers
left join answer_subjects
    on counted_answers.response_key = answer_subjects.response_key
