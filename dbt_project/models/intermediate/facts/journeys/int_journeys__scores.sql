with moments as (
    select * from {{ ref('int_journeys__moments') }}
),

survey_answers as (
    select * from {{ ref('int_journeys__survey_answers') }}
),

steps as (
    select * from {{ ref('int_journeys__step_facts') }}
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

-- The most extreme moment; of two equal ones the negative, then the later.
ranked_moments as (
    select
        *,
        row_number() over (
            partition by journey_key
            order by
                -- Scales of different lengths give the same distance only up to rounding.
                round(abs(moment_score - 0.5), 9) desc,
                moment_score asc,
                moment_number desc
        ) as extremeness_rank
    from moments
),

moment_scores as (
    select
        journey_key,
        count(*) as scored_moment_count,
        max(case when moment_number = 1 then moment_score end) as first_score,
        max(case when extremeness_rank = 1 then moment_score end) as most_extreme_score,
        max_by(moment_score, moment_number) as last_score,
        -- Decimals add up to the same sum in any order.
        avg(cast(moment_score as decimal(18, 9))) as mean_touchpoint_score
    from ranked_moments
    group by journey_key
),

journey_answers as (
    select
        journey_key,
        max_by(score_share, {{ sort_key(['answered_at', 'response_key']) }}) as journey_score,
        max(answered_at) as journey_scored_at
    from survey_answers
    where judged = 'journey'
    group by journey_key
),

effort_answers as (
    select
        steps.journey_key,
        max_by(survey_answers.score, {{ sort_key([
            'survey_answers.answered_at', 'survey_answers.response_key'
        ]) }})
            as ces_score
    from survey_answers
    inner join steps
        on survey_answers.touchpoint_key = steps.touchpoint_key
    where survey_answers.judged = 'effort'
    group by steps.journey_key
),

scored_journeys as (
    select journey_key from moment_scores
    union
    select journey_key from journey_answers
    union
    select journey_key from effort_answers
)

select
    scored_journeys.journey_key,
    coalesce(moment_scores.scored_moment_count, 0) as scored_moment_count,
    moment_scores.first_score,
    moment_scores.most_extreme_score,
    moment_scores.last_score,
    case
        when moment_scores.scored_moment_count >= windows.minimum_scored_moments
            then (moment_scores.most_extreme_score + moment_scores.last_score) / 2
    end as peak_end_score,
    moment_scores.mean_touchpoint_score,
    journey_answers.journey_score,
    journey_answers.journey_scored_at,
    effort_answers.ces_score
from scored_journeys
cross join windows
left join moment_scores
    on scored_journeys.journey_key = moment_scores.journey_key
left join journey_answers
    on scored_journeys.journey_key = journey_answers.journey_key
left join effort_answers
    on scored_journeys.journey_key = effort_answers.journey_key
