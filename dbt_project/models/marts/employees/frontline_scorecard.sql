-- The service of a team, the answers of its customers, its own pulse and its training in one week,
-- side by side.
with scores as (
    select * from {{ ref('cx_scorecard') }}
    where dimension = 'team' and period_type = 'week'
),

teams as (
    select * from {{ ref('teams') }}
),

pulse_weeks as (
    select * from {{ ref('int_feedback__pulse_weeks') }}
),

cases as (
    select * from {{ ref('int_cases__cases') }}
    where is_human_handled and excluded_reason is null
),

training_courses as (
    select * from {{ ref('int_feedback__training_courses') }}
),

mart_rules as (
    select * from {{ ref('mart_rules') }}
    where mart = 'frontline_scorecard'
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

-- Of a course of a few members the numbers would tell who of them has finished it.
training_weeks as (
    select
        training_courses.team_key,
        training_courses.week_start_date,
        sum(training_courses.assigned_count) as assigned_count,
        sum(training_courses.completed_count) as completed_count
    from training_courses
    inner join mart_rules
        on training_courses.assigned_count >= mart_rules.minimum_n
    group by
        training_courses.team_key,
        training_courses.week_start_date
),

shown_sizes as (
    select pulse_weeks.*
    from pulse_weeks
    inner join mart_rules
        on pulse_weeks.asked_count >= mart_rules.minimum_n
),

team_metrics as (
    select
        member as team_key,
        period_start_date as week_start_date,
        {%- for metric in [
            'fcr',
            'first_response_within_target',
            'call_abandonment',
            'one_touch_resolution',
            'reopening',
            'transfer',
            'csat',
            'closed_loop'
        ] %}
            max(case when metric_slug = '{{ metric }}' then value end) as {{ metric }}_rate,
            max(case when metric_slug = '{{ metric }}' then denominator end)
                as {{ metric }}_unit_count,
        {%- endfor %}
        max(case when metric_slug = 'employee_mood' then value end) as employee_mood_score,
        max(case when metric_slug = 'employee_mood' then denominator end)
            as employee_mood_answer_count,
        max(case when metric_slug = 'employee_enablement' then value end)
            as employee_enablement_score,
        max(case when metric_slug = 'employee_enablement' then denominator end)
            as employee_enablement_answer_count,
        max(case when metric_slug = 'first_response_time' then value end) as first_response_seconds,
        max(case when metric_slug = 'resolution_business_time_last' then value end)
            as resolution_business_seconds
    from scores
    group by
        member,
        period_start_date
),

workloads as (
    select
        cases.team_key,
        cast(
            date_trunc(
                'week', {{ business_date('cases.opened_at', 'settings.default_time_zone') }}
            ) as date
        ) as week_start_date,
        count(*) as handled_case_count,
        sum(cases.handle_seconds) as handle_seconds
    from cases
    cross join settings
    group by
        cases.team_key,
        cast(
            date_trunc(
                'week', {{ business_date('cases.opened_at', 'settings.default_time_zone') }}
            ) as date
        )
)

select
    team_metrics.team_key,
    team_metrics.week_start_date,
    {{ period_columns("'week'", 'team_metrics.week_start_date') }},
    teams.team_name,
    teams.team_function,
    teams.store_id as store_key,
    coalesce(workloads.handled_case_count, 0) as handled_case_count,
    workloads.handle_seconds,
    team_metrics.first_response_seconds,
    team_metrics.resolution_business_seconds,
    team_metrics.fcr_rate,
    coalesce(team_metrics.fcr_unit_count, 0) as fcr_unit_count,
    team_metrics.first_response_within_target_rate,
    coalesce(team_metrics.first_response_within_target_unit_count, 0)
        as first_response_within_target_unit_count,
    team_metrics.call_abandonment_rate,
    coalesce(team_metrics.call_abandonment_unit_count, 0) as call_abandonment_unit_count,
    team_metrics.one_touch_resolution_rate,
    coalesce(team_metrics.one_touch_resolution_unit_count, 0) as one_touch_resolution_unit_count,
    team_metrics.reopening_rate,
    coalesce(team_metrics.reopening_unit_count, 0) as reopening_unit_count,
    team_metrics.transfer_rate,
    coalesce(team_metrics.transfer_unit_count, 0) as transfer_unit_count,
    team_metrics.csat_rate,
    coalesce(team_metrics.csat_unit_count, 0) as csat_unit_count,
    team_metrics.closed_loop_rate,
    coalesce(team_metrics.closed_loop_unit_count, 0) as closed_loop_unit_count,
    team_metrics.employee_mood_score,
    coalesce(team_metrics.employee_mood_answer_count, 0) as employee_mood_answer_count,
    team_metrics.employee_enablement_score,
    coalesce(team_metrics.employee_enablement_answer_count, 0) as employee_enablement_answer_count,
    cast(shown_sizes.asked_count as integer) as employee_count,
    cast(training_weeks.assigned_count as bigint) as training_assigned_count,
    cast(training_weeks.completed_count as bigint) as training_completed_count,
    training_weeks.completed_count / cast(training_weeks.assigned_count as double)
        as training_completion_rate
from team_metrics
inner join teams
    on team_metrics.team_key = teams.team_id
left join workloads
    on
        team_metrics.team_key = workloads.team_key
        and team_metrics.week_start_date = workloads.week_start_date
left join shown_sizes
    on
        team_metrics.team_key = shown_sizes.team_key
        and team_metrics.week_start_date = shown_sizes.week_start_date
left join training_weeks
    on
        team_metrics.team_key = training_weeks.team_key
        and team_metrics.week_start_date = training_weeks.week_start_date
{{ joined_periods("'week'", 'team_metrics.week_start_date') }}
