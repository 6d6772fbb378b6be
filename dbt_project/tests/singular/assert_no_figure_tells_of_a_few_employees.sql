-- A figure of employees stands for enough of them, wherever it is published: whoever knows who was
-- there that week would else know what they said. What counts is told of whole teams and weeks, so
-- that no difference of two figures tells of fewer either.
with mart_rules as (
    select * from {{ ref('mart_rules') }}
    where mart = 'frontline_scorecard'
),

survey_questions as (
    select * from {{ ref('survey_questions') }}
    where source_name = 'employees'
),

pulse_metrics as (
    select metric_slug from survey_questions
    union
    select mean_metric_slug as metric_slug from survey_questions
),

pulse_units as (
    select * from {{ ref('int_kpis__pulse_units') }}
    where unit_state = 'eligible'
),

scorecard as (
    select * from {{ ref('cx_scorecard') }}
),

daily_kpis as (
    select * from {{ ref('agg_kpis_daily') }}
),

frontline as (
    select * from {{ ref('frontline_scorecard') }}
),

figures as (
    select
        'scorecard' as place,
        metric_slug as figure,
        denominator as employee_count
    from scorecard
    where metric_slug in (select pulse_metrics.metric_slug from pulse_metrics)

    union all

    select
        'daily' as place,
        metric_slug as figure,
        denominator as employee_count
    from daily_kpis
    where metric_slug in (select pulse_metrics.metric_slug from pulse_metrics)

    union all

    select
        'team and week' as place,
        metric_slug as figure,
        count(*) as employee_count
    from pulse_units
    group by
        metric_slug,
        team_key,
        anchor_date

    union all

    select
        'front line' as place,
        'mood' as figure,
        employee_mood_answer_count as employee_count
    from frontline

    union all

    select
        'front line' as place,
        'enablement' as figure,
        employee_enablement_answer_count as employee_count
    from frontline

    union all

    select
        'front line' as place,
        'training' as figure,
        training_assigned_count as employee_count
    from frontline

    union all

    select
        'front line' as place,
        'members' as figure,
        employee_count
    from frontline
)

select figures.*
from figures
cross join mart_rules
where figures.employee_count between 1 and mart_rules.minimum_n - 1
