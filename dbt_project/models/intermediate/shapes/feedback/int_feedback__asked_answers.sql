{{ config(materialized='view') }}

-- Answers to questions that stand for a metric.
with answers as (
    select * from {{ ref('int_shapes__answers') }}
),

survey_questions as (
    select * from {{ ref('survey_questions') }}
)

select
    answers.touchpoint_key,
    answers.profile_key,
    answers.invitation_key,
    answers.order_key,
    answers.case_key,
    answers.product_key,
    answers.source_name,
    answers.program_slug,
    answers.question,
    answers.response_id,
    answers.subject,
    survey_questions.feedback_kind,
    survey_questions.metric_slug,
    survey_questions.mean_metric_slug,
    survey_questions.scale_slug,
    survey_questions.direction,
    answers.channel_slug,
    answers.source_contact_reason,
    answers.language,
    answers.comment_text,
    answers.answer,
    -- Whoever broke the survey off has answered, unless the question needs the whole of it.
    coalesce(
        answers.excluded_reason,
        case
            when answers.is_unfinished and not coalesce(survey_questions.counts_unfinished, false)
                then 'unfinished'
        end
    ) as excluded_reason,
    answers.answered_at,
    answers._load_id
from answers
inner join survey_questions
    on
        answers.source_name = survey_questions.source_name
        and answers.program_slug = survey_questions.program_slug
        and answers.question = survey_questions.question
