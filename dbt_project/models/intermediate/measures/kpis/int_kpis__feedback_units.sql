-- An answer is a unit of the KPI that its question asks for, and of the mean of its scores.
with counted_answers as (
    select * from {{ ref('int_feedback__counted_answers') }}
),

answer_subjects as (
    select * from {{ ref('int_journeys__answer_subjects') }}
),

placed_answers as (
    select
        counted_answers.response_key,
        counted_answers.customer_key,
        counted_answers.product_key,
        answer_subjects.team_key,
        counted_answers.program_slug,
        counted_answers.channel_slug,
        counted_answers.segment_slug,
        counted_answers.contact_reason_slug,
        answer_subjects.journey_slug,
        answer_subjects.store_key,
        counted_answers.metric_slug as answer_metric_slug,
        counted_answers.mean_metric_slug,
        counted_answers.unit_value as answer_value,
        counted_answers.score,
        case when counted_answers.is_counted then 'eligible' else 'excluded' end as answer_state,
        counted_answers.answered_at,
        counted_answers.answered_date
    from counted_answers
    left join answer_subjects
        on counted_answers.response_key = answer_subjects.response_key
),

units as (
    {{ kpi_units('placed_answers', [
        kpi_unit(
            none, 'answered_at', 'answer_value', state='answer_state',
            metric_column='answer_metric_slug'
        ),
        kpi_unit(
            none, 'answered_at', 'score', among='mean_metric_slug is not null',
            state='answer_state', metric_column='mean_metric_slug'
        )
    ]) }}
)

select
    metric_slug,
    response_key as unit_key,
    customer_key,
    answered_date as anchor_date,
    channel_slug,
    segment_slug,
    contact_reason_slug,
    journey_slug,
    product_key,
    store_key,
    team_key,
    program_slug,
    unit_value,
    unit_state,
    matures_at
from units
