{{ config(materialized='view') }}

with answers as (
    select * from {{ ref('int_feedback__asked_answers') }}
),

rating_scales as (
    select * from {{ ref('rating_scales') }}
),

scale_ranges as (
    select
        scale_slug,
        min(score_from) as lowest_score,
        max(score_to) as highest_score
    from rating_scales
    group by scale_slug
),

measured_answers as (
    select
        answers.*,
        scale_ranges.lowest_score,
        scale_ranges.highest_score,
        try_cast(answers.answer as double) as answer_value
    from answers
    left join scale_ranges
        on answers.scale_slug = scale_ranges.scale_slug
),

judged_answers as (
    select
        *,
        case
            when lowest_score is null then 'unknown_scale'
            when answer_value is null or not {{ is_finite('answer_value') }} then 'not_a_number'
            when answer_value != floor(answer_value) then 'not_a_whole_number'
            when answer_value not between lowest_score and highest_score then 'off_the_scale'
        end as invalid_reason
    from measured_answers
),

scored_answers as (
    select
        *,
        case
            when invalid_reason is not null then null
            -- A scale on which the least is best is turned: 8 - x on one from 1 to 7.
            when direction = 'descending'
                then cast(lowest_score + highest_score - answer_value as integer)
            else cast(answer_value as integer)
        end as score
    from judged_answers
)

select
    scored_answers.touchpoint_key,
    scored_answers.profile_key,
    scored_answers.invitation_key,
    scored_answers.order_key,
    scored_answers.case_key,
    scored_answers.product_key,
    scored_answers.source_name,
    scored_answers.program_slug,
    scored_answers.question,
    scored_answers.response_id,
    scored_answers.subject,
    scored_answers.feedback_kind,
    scored_answers.metric_slug,
    scored_answers.mean_metric_slug,
    scored_answers.scale_slug,
    scored_answers.channel_slug,
    scored_answers.source_contact_reason,
    scored_answers.language,
    scored_answers.comment_text,
    scored_answers.answer,
    scored_answers.score,
    (scored_answers.score - scored_answers.lowest_score)
    / (scored_answers.highest_score - scored_answers.lowest_score) as score_share,
    rating_scales.band,
    rating_scales.unit_value,
    scored_answers.invalid_reason,
    scored_answers.excluded_reason,
    scored_answers.invalid_reason is null as is_valid,
    scored_answers.answered_at,
    scored_answers._load_id
from scored_answers
left join rating_scales
    on
        scored_answers.scale_slug = rating_scales.scale_slug
        and scored_answers.score between rating_scales.score_from and rating_scales.score_to
