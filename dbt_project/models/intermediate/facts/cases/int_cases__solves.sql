-- Whether a solve was the last shows a window later: what was solved since is not final, and until
-- then a ticket's waits are those up to the moment by which solves can be judged. A case that
-- nobody solved within the limit of its channel is judged there, whenever it is solved: else it
-- would never be, and one that takes long would leave the unsolved behind.
with cases as (
    select * from {{ ref('int_cases__cases') }}
),

status_spans as (
    select * from {{ ref('int_cases__status_spans') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

limited_cases as (
    select
        cases.case_key,
        cases.is_solved,
        cases.opened_at,
        cases.first_solved_at,
        cases.last_solved_at,
        -- A channel without a limit is never done with a case.
        coalesce(cases.limit_ends_at, timestamp '9999-12-31') as limit_ends_at,
        windows.solve_maturity,
        settings.as_of,
        settings.as_of - windows.solve_maturity as solves_final_until
    from cases
    cross join settings
    cross join windows
),

judged_cases as (
    select
        *,
        least(solves_final_until, limit_ends_at) as judged_until,
        coalesce(first_solved_at <= limit_ends_at, false) as is_first_solve_in_time,
        coalesce(
            is_solved and last_solved_at < solves_final_until and last_solved_at <= limit_ends_at,
            false
        ) as is_last_solve_final
    from limited_cases
),

judged_spans as (
    select
        judged_cases.case_key,
        status_spans.status_slug,
        status_spans.started_at,
        least(
            coalesce(status_spans.ended_at, judged_cases.judged_until), judged_cases.judged_until
        ) as judged_until
    from status_spans
    inner join judged_cases
        on
            status_spans.case_key = judged_cases.case_key
            and status_spans.started_at < judged_cases.judged_until
),

waits as (
    select
        case_key,
        sum({{ dbt.datediff('started_at', 'judged_until', 'second') }}) filter (
            where status_slug in ('new', 'open', 'hold')
        ) as requester_wait_seconds,
        sum({{ dbt.datediff('started_at', 'judged_until', 'second') }}) filter (
            where status_slug = 'pending'
        ) as agent_wait_seconds
    from judged_spans
    group by case_key
)

select
    judged_cases.case_key,
    coalesce(waits.requester_wait_seconds, 0) as requester_wait_seconds,
    coalesce(waits.agent_wait_seconds, 0) as agent_wait_seconds,
    judged_cases.is_first_solve_in_time,
    not judged_cases.is_first_solve_in_time
    and judged_cases.limit_ends_at >= judged_cases.as_of as is_first_solve_awaited,
    judged_cases.is_last_solve_final,
    not judged_cases.is_last_solve_final
    and judged_cases.limit_ends_at >= judged_cases.solves_final_until as is_last_solve_awaited,
    case
        when judged_cases.is_first_solve_in_time then judged_cases.first_solved_at
        when judged_cases.limit_ends_at < judged_cases.as_of then judged_cases.limit_ends_at
    end as first_solve_judged_at,
    case
        when judged_cases.is_last_solve_final then judged_cases.last_solved_at
        else judged_cases.judged_until
    end as last_solve_judged_at,
    judged_cases.opened_at + judged_cases.solve_maturity as judgement_starts_at,
    judged_cases.first_solved_at + judged_cases.solve_maturity as first_solve_known_at,
    judged_cases.last_solved_at + judged_cases.solve_maturity as last_solve_known_at
from judged_cases
left join waits
    on judged_cases.case_key = waits.case_key
