-- One form may hold several metrics: here it is one row, as the customer gave it.
with answers as (
    select * from {{ ref('int_feedback__counted_answers') }}
),

answer_subjects as (
    select * from {{ ref('int_journeys__answer_subjects') }}
),

loops as (
    select * from {{ ref('int_feedback__loops') }}
),

touchpoints as (
    select * from {{ ref('fct_touchpoints') }}
)

select
    {{ surrogate_key(['answers.source_name', 'answers.program_slug', 'answers.response_id']) }}
        as feedback_key,
    max(answers.touchpoint_key) as touchpoint_key,
    max(answers.customer_key) as customer_key,
    max(answers.invitation_key) as invitation_key,
    max(answer_subjects.case_key) as case_key,
    max(answers.order_key) as order_key,
    max(answers.product_key) as product_key,
    max(answer_subjects.team_key) as team_key,
    max(answer_subjects.journey_key) as journey_key,
    max(touchpoints.text_key) as text_key,
    answers.source_name,
    answers.program_slug,
    max(answers.feedback_kind) as feedback_kind,
    max(answers.channel_slug) as channel_slug,
    max(answers.segment_slug) as segment_slug,
    max(touchpoints.lifecycle_stage_slug) as lifecycle_stage_slug,
    max(answers.contact_reason_slug) as contact_reason_slug,
    max(answers.language) as language,
    max(answers.excluded_reason) as excluded_reason,
    max(case when answers.scale_slug = 'nps_10' then answers.score end) as nps_score,
    max(case when answers.scale_slug = 'nps_10' then answers.band end) as nps_band,
    max(case when answers.metric_slug = 'csat' then answers.score end) as csat_score,
    max(case when answers.metric_slug = 'csat' then answers.band end) as csat_band,
    max(case when answers.metric_slug = 'ces' then answers.score end) as ces_score,
    max(case when answers.metric_slug = 'ces' then answers.band end) as ces_band,
    max(case when answers.metric_slug = 'ces_5' then answers.score end) as ces_5_score,
    max(case when answers.metric_slug = 'ces_5' then answers.band end) as ces_5_band,
    max(case when answers.metric_slug = 'review_positive' then answers.score end) as review_stars,
    count(*) as answer_count,
    count(*) filter (where answers.is_valid) as valid_answer_count,
    count(*) filter (where answers.is_counted) as counted_answer_count,
    bool_or(answers.is_speeding) as is_speeding,
    bool_or(answers.is_straight_lined) as is_straight_lined,
    bool_and(answers.is_without_text) as is_without_text,
    bool_or(loops.response_key is not null) as is_detractor,
    min(loops.contacted_at) as contacted_at,
    max(answers.answered_at) as answered_at,
    max(answers.answered_date) as answered_date
from answers
left join answer_subjects
    on answers.response_key = answer_subjects.response_key
left join loops
    on answers.response_key = loops.response_key
left join touchpoints
    on answers.touchpoint_key = touchpoints.touchpoint_key
group by
    answers.source_name,
    answers.program_slug,
    answers.response_id
