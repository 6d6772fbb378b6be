-- The workbook counts answers; a mean of its weekly means would weigh teams, not people.
with pulse_counts as (
    select * from {{ ref('stg_employees__pulse_counts') }}
    where answer_count > 0
),

survey_questions as (
    select * from {{ ref('survey_questions') }}
    where source_name = 'employees' and program_slug = 'pulse'
),

rating_scales as (
    select * from {{ ref('rating_scales') }}
),

teams as (
    select * from {{ ref('teams') }}
),

answers as (
    select
        *,
        {{ one_row_per(numbers_to('answer_count')) }} as answer_number
    from pulse_counts
)

select
    {{ surrogate_key([
        'answers.pulse_week_key', 'answers.question', 'answers.answer', 'answers.answer_number'
    ]) }} as answer_key,
    answers.team_key,
    teams.store_id as store_key,
    survey_questions.metric_slug,
    survey_questions.mean_metric_slug,
    cast(answers.answer as integer) as score,
    rating_scales.band,
    rating_scales.unit_value,
    answers.week_start_date,
    answers._load_id
from answers
inner join survey_questions
    on answers.question = survey_questions.question
inner join rating_scales
    on
        survey_questions.scale_slug = rating_scales.scale_slug
        and cast(answers.answer as integer) between rating_scales.score_from
        and rating_scales.score_to
left join teams
    on answers.team_key = teams.team_id
