-- The service of a team, the answers of its customers, its own pulse and its training in one week,
-- side by side.
with week_scores as (
    select * from {{ ref('cx_scorecard') }}
    where period_type = 'week'
),

teams as (
    select * from {{ ref('teams') }}
),

-- What a store sells, takes back and hears is its teams', all of them.
scores as (
    select
        member,
        period_start_date,
        metric_slug,
        value,
        denominator
    from week_scores
    where dimension = 'team'

    union all

    select
        teams.team_id as member,
        week_scores.period_start_date,
        'store_' || week_scores.metric_slug as metric_slug,
        week_scores.value,
        week_scores.denominator
    from week_scores
    inner join teams
        on week_scores.member = teams.store_id
    where
        week_scores.dimension = 'store'
        and week_scores.metric_slug in ('csat', 'basket', 'refund_rate_lines')
),

pulse_weeks as (
    select * from {{ ref('int_feedback__pulse_weeks') }}
),

cases as (
    select * from {{ ref('int_cases__cases') }}
    where is_human_handled and excluded_reason is null
),

text_cases as (
    select
        case_key,
        team_key
    from {{ ref('int_cases__cases') }}
),

reasons as (
    select * from {{ ref('int_texts__reasons') }}
),

sentiments as (
    select * from {{ ref('int_texts__sentiments') }}
),

answers as (
    select * from {{ ref('int_feedback__counted_answers') }}
),

answer_subjects as (
    select * from {{ ref('int_journeys__answer_subjects') }}
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

judged_scores as (
    select
        scores.*,
        scores.denominator >= mart_rules.minimum_n as is_shown
    from scores
    cross join mart_rules
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
            'closed_loop',
            'store_csat',
            'store_refund_rate_lines'
        ] %}
            max(
                case
                    when metric_slug = '{{ metric }}' and is_shown
                        then value
                end
            ) as {{ metric }}_rate,
            max(case when metric_slug = '{{ metric }}' then denominator end)
                as {{ metric }}_unit_count,
        {%- endfor %}
        max(case when metric_slug = 'store_basket' and is_shown then value end)
            as store_basket_amount,
        max(case when metric_slug = 'store_basket' then denominator end) as store_order_count,
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
    from judged_scores
    group by
        member,
        period_start_date
),

-- What customers wrote in a case of the team, or answered about it or about its store.
answered_texts as (
    select
        answers.touchpoint_key,
        max(coalesce(answer_subjects.team_key, store_teams.team_id)) as team_key
    from answers
    inner join answer_subjects
        on answers.response_key = answer_subjects.response_key
    left join teams as store_teams
        on answer_subjects.store_key = store_teams.store_id
    where answers.touchpoint_key is not null
    group by answers.touchpoint_key
),

team_texts as (
    select
        reasons.text_key,
        reasons.customer_key,
        coalesce(reasons.contact_reason_slug, 'unknown') as contact_reason_slug,
        coalesce(text_cases.team_key, answered_texts.team_key) as team_key,
        cast(date_trunc('week', reasons.occurred_date) as date) as week_start_date,
        sentiments.sentiment
    from reasons
    inner join sentiments
        on reasons.text_key = sentiments.text_key
    left join text_cases
        on reasons.case_key = text_cases.case_key
    left join answered_texts
        on sentiments.touchpoint_key = answered_texts.touchpoint_key
),

text_weeks as (
    select
        team_key,
        week_start_date,
        count(distinct customer_key) as customer_count,
        count(*) as text_count,
        count(distinct case when sentiment is not null then customer_key end)
            as judged_customer_count,
        avg(case when sentiment is not null then cast(sentiment < 0 as integer) end)
            as negative_share,
        avg(case when sentiment is not null then cast(sentiment > 0 as integer) end)
            as positive_share
    from team_texts
    where team_key is not null
    group by
        team_key,
        week_start_date
),

reason_weeks as (
    select
        team_key,
        week_start_date,
        contact_reason_slug,
        count(distinct customer_key) as customer_count
    from team_texts
    where team_key is not null and contact_reason_slug != 'unknown'
    group by
        team_key,
        week_start_date,
        contact_reason_slug
),

ranked_reasons as (
    select
        reason_weeks.*,
        row_number() over (
            partition by reason_weeks.team_key, reason_weeks.week_start_date
            order by reason_weeks.customer_count desc, reason_weeks.contact_reason_slug asc
        ) as reason_rank
    from reason_weeks
    inner join mart_rules
        on reason_weeks.customer_count >= mart_rules.minimum_n
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
    team_metrics.store_csat_rate,
    coalesce(team_metrics.store_csat_unit_count, 0) as store_csat_unit_count,
    team_metrics.store_refund_rate_lines_rate as store_returned_line_rate,
    coalesce(team_metrics.store_refund_rate_lines_unit_count, 0) as store_line_count,
    team_metrics.store_basket_amount,
    coalesce(team_metrics.store_order_count, 0) as store_order_count,
    case
        when text_weeks.customer_count >= mart_rules.minimum_n then text_weeks.text_count
    end as text_count,
    case
        when text_weeks.judged_customer_count >= mart_rules.minimum_n
            then text_weeks.judged_customer_count
    end as judged_customer_count,
    case
        when text_weeks.judged_customer_count >= mart_rules.minimum_n
            then text_weeks.negative_share
    end as negative_text_share,
    case
        when text_weeks.judged_customer_count >= mart_rules.minimum_n
            then text_weeks.positive_share
    end as positive_text_share,
    ranked_reasons.contact_reason_slug as frequent_reason_slug,
    ranked_reasons.customer_count as frequent_reason_customer_count,
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
cross join mart_rules
inner join teams
    on team_metrics.team_key = teams.team_id
left join text_weeks
    on
        team_metrics.team_key = text_weeks.team_key
        and team_metrics.week_start_date = text_weeks.week_start_date
left join ranked_reasons
    on
        team_metrics.team_key = ranked_reasons.team_key
        and team_metrics.week_start_date = ranked_reasons.week_start_date
        and ranked_reasons.reason_rank = 1
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
