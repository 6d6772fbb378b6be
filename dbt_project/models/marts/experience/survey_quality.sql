with responses as (
    select * from {{ ref('int_feedback__response_quality') }}
),

counted_answers as (
    select * from {{ ref('int_feedback__counted_answers') }}
    where source_name = 'surveys'
),

invitations as (
    select * from {{ ref('int_feedback__invitations') }}
    where response_id is not null
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

response_answers as (
    select
        response_id,
        max(excluded_reason) as excluded_reason,
        count(*) as answer_count,
        count(*) filter (where not is_valid) as invalid_answer_count,
        count(*) filter (where is_counted) as counted_answer_count,
        count(*) filter (where is_valid and excluded_reason is null and not is_counted)
            as superseded_answer_count
    from counted_answers
    group by response_id
),

months as (
    select
        responses.program_slug,
        cast(
            date_trunc(
                'month', {{ business_date('responses.recorded_at', 'settings.default_time_zone') }}
            ) as date
        ) as month_start_date,
        count(*) as response_count,
        count(*) filter (where responses.is_finished) as finished_count,
        count(*) filter (where not responses.is_finished) as partial_count,
        count(*) filter (where responses.is_test) as test_count,
        count(*) filter (where responses.is_spam) as spam_count,
        count(*) filter (where responses.is_duplicate) as duplicate_count,
        count(*) filter (where responses.is_of_unknown_status) as unknown_status_count,
        count(*) filter (where response_answers.excluded_reason = 'employee') as employee_count,
        count(*) filter (where invitations.response_id is null and not responses.is_test)
            as uninvited_count,
        count(*) filter (where responses.is_speeding) as speeding_count,
        count(*) filter (where responses.is_straight_lined) as straight_lined_count,
        count(*) filter (where responses.is_without_text) as without_text_count,
        cast(coalesce(sum(response_answers.answer_count), 0) as bigint) as answer_count,
        cast(coalesce(sum(response_answers.invalid_answer_count), 0) as bigint)
            as invalid_answer_count,
        cast(coalesce(sum(response_answers.superseded_answer_count), 0) as bigint)
            as superseded_answer_count,
        cast(coalesce(sum(response_answers.counted_answer_count), 0) as bigint)
            as counted_answer_count
    from responses
    cross join settings
    left join response_answers
        on responses.response_id = response_answers.response_id
    left join invitations
        on responses.response_id = invitations.response_id
    group by
        responses.program_slug,
        cast(
            date_trunc(
                'month', {{ business_date('responses.recorded_at', 'settings.default_time_zone') }}
            ) as date
        )
)

select
    months.program_slug,
    months.month_start_date,
    {{ period_columns("'month'", 'months.month_start_date') }},
    months.response_count,
    months.finished_count,
    months.partial_count,
    months.test_count,
    months.spam_count,
    months.duplicate_count,
    months.unknown_status_count,
    months.employee_count,
    months.uninvited_count,
    months.speeding_count,
    months.straight_lined_count,
    months.without_text_count,
    months.answer_count,
    months.invalid_answer_count,
    months.superseded_answer_count,
    months.counted_answer_count
from months
{{ joined_periods("'month'", 'months.month_start_date') }}
