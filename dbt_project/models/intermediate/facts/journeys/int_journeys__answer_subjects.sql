-- What an answer is about: the whole journey that it judges, else that of the touchpoint that it
-- judges; and the case, team and store of that touchpoint. A rating of a case is about its case.
with survey_answers as (
    select * from {{ ref('int_journeys__survey_answers') }}
),

counted_answers as (
    select * from {{ ref('int_feedback__counted_answers') }}
),

steps as (
    select * from {{ ref('int_journeys__steps') }}
),

journey_types as (
    select * from {{ ref('journey_types') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints__all') }}
),

cases as (
    select * from {{ ref('int_cases__cases') }}
),

journeys as (
    select * from {{ ref('int_journeys__journeys') }}
),

judged_answers as (
    select
        survey_answers.response_key,
        min_by(
            survey_answers.journey_key, {{ sort_key([
                "survey_answers.judged != 'journey'", 'survey_answers.judged'
            ]) }}
        ) as journey_key,
        max(touchpoints.case_key) as case_key,
        max(touchpoints.store_key) as store_key
    from survey_answers
    inner join touchpoints
        on survey_answers.touchpoint_key = touchpoints.touchpoint_key
    group by survey_answers.response_key
),

-- A case in several journeys bears the one of the highest priority.
case_journeys as (
    select
        touchpoints.case_key,
        min_by(
            steps.journey_key, {{ sort_key(['journey_types.priority', 'steps.journey_key']) }}
        ) as journey_key
    from touchpoints
    inner join steps
        on touchpoints.touchpoint_key = steps.touchpoint_key
    inner join journey_types
        on steps.journey_slug = journey_types.journey_slug
    where touchpoints.case_key is not null
    group by touchpoints.case_key
),

subjects as (
    select
        counted_answers.response_key,
        coalesce(counted_answers.case_key, judged_answers.case_key) as case_key,
        coalesce(judged_answers.journey_key, case_journeys.journey_key) as journey_key,
        judged_answers.store_key
    from counted_answers
    left join judged_answers
        on counted_answers.response_key = judged_answers.response_key
    left join case_journeys
        on counted_answers.case_key = case_journeys.case_key
)

select
    subjects.response_key,
    subjects.case_key,
    subjects.journey_key,
    journeys.journey_slug,
    cases.team_key,
    subjects.store_key
from subjects
left join cases
    on subjects.case_key = cases.case_key
left join journeys
    on subjects.journey_key = journeys.journey_key
