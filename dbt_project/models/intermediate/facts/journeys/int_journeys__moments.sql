-- A moment is a score of one touchpoint: its own rating, else the sentiment of its words, and the
-- answer to a survey about it. A survey about the whole journey is no moment. Who answers about a
-- case, in a survey or where its tool asks at the end, judges all of it: the answer stands at the
-- last step of the case that it could be about.
with steps as (
    select * from {{ ref('int_journeys__step_facts') }}
),

survey_answers as (
    select * from {{ ref('int_journeys__survey_answers') }}
    where judged = 'touchpoint'
),

counted_answers as (
    select * from {{ ref('int_feedback__counted_answers') }}
    where is_counted and touchpoint_key is null and score_share is not null
),

rated_cases as (
    select distinct case_key from steps
    where score is not null and case_key is not null
),

-- A rating that no touchpoint of its case bears, such as that of a call.
case_ratings as (
    select counted_answers.*
    from counted_answers
    left join rated_cases
        on counted_answers.case_key = rated_cases.case_key
    where rated_cases.case_key is null
),

answers as (
    select
        survey_answers.response_key,
        steps.journey_key,
        steps.case_key,
        steps.touchpoint_key,
        steps.step_number,
        survey_answers.score_share,
        survey_answers.answered_at,
        'survey' as evidence
    from survey_answers
    inner join steps
        on survey_answers.touchpoint_key = steps.touchpoint_key

    union all

    select
        case_ratings.response_key,
        steps.journey_key,
        steps.case_key,
        min_by(steps.touchpoint_key, steps.step_number) as touchpoint_key,
        min(steps.step_number) as step_number,
        case_ratings.score_share,
        case_ratings.answered_at,
        'rating' as evidence
    from case_ratings
    inner join steps
        on
            case_ratings.case_key = steps.case_key
            and case_ratings.answered_at >= steps.occurred_at
    group by
        case_ratings.response_key,
        steps.journey_key,
        steps.case_key,
        case_ratings.score_share,
        case_ratings.answered_at
),

case_ends as (
    select
        answers.response_key,
        answers.journey_key,
        answers.touchpoint_key,
        max(steps.step_number) as step_number
    from answers
    inner join steps
        on
            answers.journey_key = steps.journey_key
            and answers.case_key = steps.case_key
            and answers.answered_at >= steps.occurred_at
    group by
        answers.response_key,
        answers.journey_key,
        answers.touchpoint_key
),

shown_moments as (
    select
        journey_step_key as moment_id,
        journey_key,
        touchpoint_key,
        step_number,
        -- Sentiment runs from -1 to 1.
        coalesce(score, (sentiment + 1) / 2) as moment_score,
        case when score is not null then 'rating' else 'text' end as evidence,
        occurred_at as shown_at
    from steps
    where score is not null or sentiment is not null

    union all

    select
        answers.response_key as moment_id,
        answers.journey_key,
        answers.touchpoint_key,
        coalesce(case_ends.step_number, answers.step_number) as step_number,
        answers.score_share as moment_score,
        answers.evidence,
        answers.answered_at as shown_at
    from answers
    left join case_ends
        on
            answers.response_key = case_ends.response_key
            and answers.journey_key = case_ends.journey_key
            and answers.touchpoint_key = case_ends.touchpoint_key
)

select
    {{ surrogate_key(['journey_key', 'moment_id']) }} as moment_key,
    journey_key,
    touchpoint_key,
    cast(row_number() over (
        partition by journey_key order by step_number, shown_at, moment_id
    ) as integer) as moment_number,
    moment_score,
    evidence,
    shown_at
from shown_moments
