-- A moment is a score of one touchpoint: its own rating, else the sentiment of its words, and the
-- answer to a survey about it. A survey about the whole journey is no moment.
with steps as (
    select * from {{ ref('int_journeys__step_facts') }}
),

survey_answers as (
    select * from {{ ref('int_journeys__survey_answers') }}
    where judged = 'touchpoint'
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
        survey_answers.response_key as moment_id,
        steps.journey_key,
        steps.touchpoint_key,
        steps.step_number,
        survey_answers.score_share as moment_score,
        'survey' as evidence,
        survey_answers.answered_at as shown_at
    from survey_answers
    inner join steps
        on survey_answers.touchpoint_key = steps.touchpoint_key
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
