{%- set rates = [
    'fcr', 'first_response_within_target', 'call_abandonment', 'one_touch_resolution', 'reopening',
    'transfer', 'csat', 'ces', 'ces_5', 'closed_loop'
] -%}
{%- set parts = [
    'unit_scores', 'workloads', 'visits', 'text_periods', 'sizes', 'trainings'
] -%}

-- What a team or a store gave its customers, what they said of it, its own pulse and its training
-- in one week or month, side by side. A store has its own figures, with a team or without one.
with scorecard as (
    select * from {{ ref('cx_scorecard') }}
    where dimension in ('team', 'store') and period_type in ('week', 'month')
),

teams as (
    select * from {{ ref('dim_teams') }}
    where team_key != 'unknown'
),

stores as (
    select * from {{ ref('dim_stores') }}
    where store_key != 'unknown'
),

pulse_weeks as (
    select * from {{ ref('int_feedback__pulse_weeks') }}
),

cases as (
    select * from {{ ref('int_cases__cases') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints__all') }}
),

reasons as (
    select * from {{ ref('int_texts__reasons') }}
),

sentiments as (
    select * from {{ ref('int_texts__sentiments') }}
),

answers as (
    select * from {{ ref('int_feedback__counted_answers') }}
    where touchpoint_key is not null
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

units as (
    select
        'team' as unit_type,
        team_key as unit_key,
        team_name as unit_name,
        team_key,
        store_key,
        team_function
    from teams

    union all

    select
        'store' as unit_type,
        store_key as unit_key,
        store_name as unit_name,
        cast(null as varchar) as team_key,
        store_key,
        cast(null as varchar) as team_function
    from stores
),

-- What a team does, its store does too.
team_units as (
    select
        team_key,
        'team' as unit_type,
        team_key as unit_key
    from teams

    union all

    select
        team_key,
        'store' as unit_type,
        store_key as unit_key
    from teams
    where store_key is not null
),

shown_scores as (
    select
        scorecard.dimension as unit_type,
        scorecard.member as unit_key,
        scorecard.period_type,
        scorecard.period_start_date,
        scorecard.metric_slug,
        scorecard.denominator,
        case when scorecard.denominator >= mart_rules.minimum_n then scorecard.value end
            as shown_value
    from scorecard
    cross join mart_rules
),

unit_scores as (
    select
        unit_type,
        unit_key,
        period_type,
        {%- for metric in rates + [
            'refund_rate_lines',
            'basket',
            'first_response_time',
            'resolution_business_time_last',
            'call_wait_time',
            'call_handle_time',
            'employee_mood',
            'employee_enablement'
        ] %}
            max(case when metric_slug = '{{ metric }}' then shown_value end) as {{ metric }},
            max(case when metric_slug = '{{ metric }}' then denominator end)
                as {{ metric }}_count,
        {%- endfor %}
        period_start_date
    from shown_scores
    group by
        unit_type,
        unit_key,
        period_type,
        period_start_date
),

handled_cases as (
    select
        team_units.unit_type,
        team_units.unit_key,
        'week month' as period_types,
        {{ business_date('cases.opened_at', 'settings.default_time_zone') }} as anchor_date,
        cases.handle_seconds
    from cases
    cross join settings
    inner join team_units
        on cases.team_key = team_units.team_key
    where cases.is_human_handled and cases.excluded_reason is null
),

period_cases as (
    {{ units_by_period('handled_cases') }}
),

workloads as (
    select
        unit_type,
        unit_key,
        period_type,
        period_start_date,
        count(*) as handled_case_count,
        sum(handle_seconds) as handle_seconds
    from period_cases
    group by
        unit_type,
        unit_key,
        period_type,
        period_start_date
),

store_visits as (
    select
        store_key,
        occurred_date as anchor_date,
        'week month' as period_types
    from touchpoints
    where touchpoint_type_slug = 'store_visited' and store_key is not null and not is_bot
),

period_visits as (
    {{ units_by_period('store_visits') }}
),

visits as (
    select
        'store' as unit_type,
        store_key as unit_key,
        period_type,
        period_start_date,
        count(*) as visit_count
    from period_visits
    group by
        store_key,
        period_type,
        period_start_date
),

-- Before a store's first visit was noticed nobody counted: that is not 0.
first_visits as (
    select
        store_key,
        min(anchor_date) as first_visit_date
    from store_visits
    group by store_key
),

-- What customers wrote in a case of the team, or answered about it or about its store.
text_units as (
    select
        reasons.text_key,
        'team' as unit_type,
        cases.team_key as unit_key
    from reasons
    inner join cases
        on reasons.case_key = cases.case_key

    union

    select
        sentiments.text_key,
        'team' as unit_type,
        coalesce(answer_subjects.team_key, teams.team_key) as unit_key
    from sentiments
    inner join answers
        on sentiments.touchpoint_key = answers.touchpoint_key
    inner join answer_subjects
        on answers.response_key = answer_subjects.response_key
    left join teams
        on answer_subjects.store_key = teams.store_key

    union

    select
        sentiments.text_key,
        'store' as unit_type,
        answer_subjects.store_key as unit_key
    from sentiments
    inner join answers
        on sentiments.touchpoint_key = answers.touchpoint_key
    inner join answer_subjects
        on answers.response_key = answer_subjects.response_key

    union

    select
        text_key,
        'store' as unit_type,
        store_key as unit_key
    from reasons
),

unit_texts as (
    select
        text_units.unit_type,
        text_units.unit_key,
        reasons.customer_key,
        coalesce(reasons.contact_reason_slug, 'unknown') as contact_reason_slug,
        sentiments.sentiment,
        reasons.occurred_date as anchor_date,
        'week month' as period_types
    from text_units
    inner join reasons
        on text_units.text_key = reasons.text_key
    inner join sentiments
        on text_units.text_key = sentiments.text_key
    where text_units.unit_key is not null
),

period_texts as (
    {{ units_by_period('unit_texts') }}
),

text_periods as (
    select
        unit_type,
        unit_key,
        period_type,
        period_start_date,
        count(distinct customer_key) as customer_count,
        count(*) as text_count,
        count(distinct case when sentiment is not null then customer_key end)
            as judged_customer_count,
        avg(case when sentiment is not null then cast(sentiment < 0 as integer) end)
            as negative_share,
        avg(case when sentiment is not null then cast(sentiment > 0 as integer) end)
            as positive_share
    from period_texts
    group by
        unit_type,
        unit_key,
        period_type,
        period_start_date
),

reason_periods as (
    select
        unit_type,
        unit_key,
        period_type,
        period_start_date,
        contact_reason_slug,
        count(distinct customer_key) as customer_count
    from period_texts
    where contact_reason_slug != 'unknown'
    group by
        unit_type,
        unit_key,
        period_type,
        period_start_date,
        contact_reason_slug
),

ranked_reasons as (
    select
        reason_periods.*,
        row_number() over (
            partition by
                reason_periods.unit_type,
                reason_periods.unit_key,
                reason_periods.period_type,
                reason_periods.period_start_date
            order by reason_periods.customer_count desc, reason_periods.contact_reason_slug asc
        ) as reason_rank
    from reason_periods
    inner join mart_rules
        on reason_periods.customer_count >= mart_rules.minimum_n
),

-- Of a team or course of a few members the numbers would tell who of them answered or finished.
asked_weeks as (
    select
        pulse_weeks.team_key,
        pulse_weeks.week_start_date as anchor_date,
        'week month' as period_types,
        pulse_weeks.asked_count
    from pulse_weeks
    inner join mart_rules
        on pulse_weeks.asked_count >= mart_rules.minimum_n
),

period_asked as (
    {{ units_by_period('asked_weeks') }}
),

-- Of the weeks that begin in a month, the one in which most were asked.
team_sizes as (
    select
        team_key,
        period_type,
        period_start_date,
        max(asked_count) as asked_count
    from period_asked
    group by
        team_key,
        period_type,
        period_start_date
),

sizes as (
    select
        team_units.unit_type,
        team_units.unit_key,
        team_sizes.period_type,
        team_sizes.period_start_date,
        sum(team_sizes.asked_count) as asked_count
    from team_sizes
    inner join team_units
        on team_sizes.team_key = team_units.team_key
    group by
        team_units.unit_type,
        team_units.unit_key,
        team_sizes.period_type,
        team_sizes.period_start_date
),

course_weeks as (
    select
        training_courses.team_key,
        training_courses.week_start_date as anchor_date,
        'week month' as period_types,
        sum(training_courses.assigned_count) as assigned_count,
        sum(training_courses.completed_count) as completed_count
    from training_courses
    inner join mart_rules
        on training_courses.assigned_count >= mart_rules.minimum_n
    group by
        training_courses.team_key,
        training_courses.week_start_date
),

period_courses as (
    {{ units_by_period('course_weeks') }}
),

-- Each week tells how far the courses are: of a month the last one does.
last_courses as (
    select
        *,
        row_number() over (
            partition by team_key, period_type, period_start_date
            order by anchor_date desc
        ) as week_rank
    from period_courses
),

trainings as (
    select
        team_units.unit_type,
        team_units.unit_key,
        last_courses.period_type,
        last_courses.period_start_date,
        sum(last_courses.assigned_count) as assigned_count,
        sum(last_courses.completed_count) as completed_count
    from last_courses
    inner join team_units
        on last_courses.team_key = team_units.team_key
    where last_courses.week_rank = 1
    group by
        team_units.unit_type,
        team_units.unit_key,
        last_courses.period_type,
        last_courses.period_start_date
),

spine as (
    {%- for source in parts %}
        select
            unit_type,
            unit_key,
            period_type,
            period_start_date
        from {{ source }}
        {{ 'union' if not loop.last }}
    {%- endfor %}
)

select
    {{ surrogate_key([
        'spine.unit_type', 'spine.unit_key', 'spine.period_type', 'spine.period_start_date'
    ]) }} as frontline_key,
    spine.unit_type,
    units.unit_name,
    units.team_key,
    units.store_key,
    units.team_function,
    spine.period_type,
    spine.period_start_date,
    {{ period_columns('spine.period_type', 'spine.period_start_date') }},
    coalesce(workloads.handled_case_count, 0) as handled_case_count,
    workloads.handle_seconds,
    unit_scores.call_wait_time as call_wait_seconds,
    coalesce(unit_scores.call_wait_time_count, 0) as call_wait_unit_count,
    unit_scores.call_handle_time as call_handle_seconds,
    coalesce(unit_scores.call_handle_time_count, 0) as call_handle_unit_count,
    unit_scores.first_response_time as first_response_seconds,
    coalesce(unit_scores.first_response_time_count, 0) as first_response_unit_count,
    unit_scores.resolution_business_time_last as resolution_business_seconds,
    coalesce(unit_scores.resolution_business_time_last_count, 0) as resolution_unit_count,
    {%- for metric in rates %}
        unit_scores.{{ metric }} as {{ metric }}_rate,
        coalesce(unit_scores.{{ metric }}_count, 0) as {{ metric }}_unit_count,
    {%- endfor %}
    case
        when
            {{ period_end('spine.period_type', 'spine.period_start_date') }}
            >= first_visits.first_visit_date
            then coalesce(visits.visit_count, 0)
    end as visit_count,
    unit_scores.basket as basket_amount,
    coalesce(unit_scores.basket_count, 0) as order_count,
    unit_scores.refund_rate_lines as returned_line_rate,
    coalesce(unit_scores.refund_rate_lines_count, 0) as order_line_count,
    case
        when text_periods.customer_count >= mart_rules.minimum_n then text_periods.text_count
    end as text_count,
    case
        when text_periods.judged_customer_count >= mart_rules.minimum_n
            then text_periods.judged_customer_count
    end as judged_customer_count,
    case
        when text_periods.judged_customer_count >= mart_rules.minimum_n
            then text_periods.negative_share
    end as negative_text_share,
    case
        when text_periods.judged_customer_count >= mart_rules.minimum_n
            then text_periods.positive_share
    end as positive_text_share,
    ranked_reasons.contact_reason_slug as frequent_reason_slug,
    ranked_reasons.customer_count as frequent_reason_customer_count,
    unit_scores.employee_mood as employee_mood_score,
    coalesce(unit_scores.employee_mood_count, 0) as employee_mood_answer_count,
    unit_scores.employee_enablement as employee_enablement_score,
    coalesce(unit_scores.employee_enablement_count, 0) as employee_enablement_answer_count,
    cast(sizes.asked_count as integer) as employee_count,
    cast(trainings.assigned_count as bigint) as training_assigned_count,
    cast(trainings.completed_count as bigint) as training_completed_count,
    trainings.completed_count / cast(trainings.assigned_count as double)
        as training_completion_rate
from spine
cross join settings
cross join mart_rules
inner join units
    on spine.unit_type = units.unit_type and spine.unit_key = units.unit_key
{%- for source in parts %}
    left join {{ source }}
        on
            spine.unit_type = {{ source }}.unit_type
            and spine.unit_key = {{ source }}.unit_key
            and spine.period_type = {{ source }}.period_type
            and spine.period_start_date = {{ source }}.period_start_date
{%- endfor %}
left join ranked_reasons
    on
        spine.unit_type = ranked_reasons.unit_type
        and spine.unit_key = ranked_reasons.unit_key
        and spine.period_type = ranked_reasons.period_type
        and spine.period_start_date = ranked_reasons.period_start_date
        and ranked_reasons.reason_rank = 1
left join first_visits
    on spine.unit_type = 'store' and spine.unit_key = first_visits.store_key
{{ joined_periods('spine.period_type', 'spine.period_start_date') }}
-- What was known before as_of: a period that begins later holds nothing that is delivered.
where spine.period_start_date < cast(settings.as_of as date)
