{{ config(materialized='view') }}

with cases as (
    select * from {{ ref('int_cases__tickets') }}
    -- Spam and tests come from no customer; a merged ticket lives on in another one.
    where excluded_reason is null
),

turns as (
    select * from {{ ref('int_cases__turns') }}
    where source_name = 'tickets' and is_public and author_type in ('customer', 'agent')
),

-- A ticket that the help desk closes by itself, unresolved, is told nobody as a solution.
spans as (
    select
        status_spans.*,
        status_spans.status_slug = 'solved'
        and not coalesce(
            status_spans.changed_by = 'system' and cases.stated_resolution = 'unresolved', false
        ) as is_solve
    from {{ ref('int_cases__status_spans') }} as status_spans
    inner join cases
        on status_spans.case_key = cases.case_key
    where status_spans.source_name = 'tickets'
),

last_solves as (
    select
        case_key,
        max(span_number) as span_number
    from spans
    where is_solve
    group by case_key
),

reopenings as (
    select
        case_key,
        span_number,
        started_at
    from spans
    where is_reopening
),

ordered_turns as (
    select
        turns.*,
        reopenings.span_number as reopening_span_number,
        row_number() over (partition by turns.case_key order by turns.turn_number)
            as public_number,
        lag(turns.author_type) over (partition by turns.case_key order by turns.turn_number)
            as previous_author_type,
        lag(turns.spoke_at) over (partition by turns.case_key order by turns.turn_number)
            as previous_spoke_at
    from turns
    left join reopenings
        on
            turns.case_key = reopenings.case_key
            and turns.author_type = 'customer'
            and turns.spoke_at = reopenings.started_at
),

-- Work on a ticket that nobody has solved stands on the last reply of a person, else on the last
-- message: it cost as much.
unsolved_work as (
    select
        ordered_turns.case_key,
        max_by(
            ordered_turns.turn_key, {{ sort_key([
                "ordered_turns.author_type = 'agent'", 'ordered_turns.turn_number'
            ]) }}
        ) as turn_key,
        max(cases.handle_seconds) as handle_seconds
    from ordered_turns
    inner join cases
        on ordered_turns.case_key = cases.case_key
    left join last_solves
        on ordered_turns.case_key = last_solves.case_key
    where ordered_turns.reopening_span_number is null and last_solves.case_key is null
    group by ordered_turns.case_key
),

-- The message with which a customer reopens a ticket is the text of the reopening.
worked_turns as (
    select
        ordered_turns.*,
        unsolved_work.handle_seconds
    from ordered_turns
    left join unsolved_work
        on ordered_turns.turn_key = unsolved_work.turn_key
    where ordered_turns.reopening_span_number is null
),

turn_touchpoints as (
    select
        {{ surrogate_key(["'tickets'", "'comments'", 'turn_key']) }} as touchpoint_key,
        case_key,
        case
            when author_type = 'agent' then 'ticket_agent_replied'
            -- Whatever agents noted before, the customer's case begins with these words.
            when public_number = 1 then 'ticket_opened'
            else 'ticket_customer_replied'
        end as touchpoint_type_slug,
        cast(null as varchar) as outcome_slug,
        spoke_at as occurred_at,
        case
            when author_type = 'agent' and previous_author_type = 'customer'
                then cast(
                    {{ dbt.datediff('previous_spoke_at', 'spoke_at', 'second') }} as double
                )
        end as wait_seconds,
        handle_seconds,
        body,
        cast(null as double) as score,
        _load_id
    from worked_turns
),

state_touchpoints as (
    select
        {{ surrogate_key(["'tickets'", "'audits'", 'spans.case_key', 'spans.span_number']) }}
            as touchpoint_key,
        spans.case_key,
        case when spans.is_reopening then 'ticket_reopened' else 'ticket_solved' end
            as touchpoint_type_slug,
        -- Verdict, working time and rating are of the whole ticket: they stand on its last solve.
        case
            when spans.is_reopening then null
            when last_solves.span_number is null then 'reopened'
            else coalesce(cases.stated_resolution, 'resolved')
        end as outcome_slug,
        spans.started_at as occurred_at,
        cast(null as double) as wait_seconds,
        case when last_solves.span_number is not null then cases.handle_seconds end
            as handle_seconds,
        reopening_turns.body,
        case when last_solves.span_number is not null then cases.score end as score,
        cases._load_id
    from spans
    inner join cases
        on spans.case_key = cases.case_key
    left join last_solves
        on
            spans.case_key = last_solves.case_key
            and spans.span_number = last_solves.span_number
    left join ordered_turns as reopening_turns
        on
            spans.case_key = reopening_turns.case_key
            and spans.span_number = reopening_turns.reopening_span_number
    where spans.is_solve or spans.is_reopening
),

case_touchpoints as (
    select * from turn_touchpoints

    union all

    select * from state_touchpoints
),

touchpoints as (
    select
        case_touchpoints.*,
        cases.profile_key,
        cases.source_contact_reason,
        cases.order_key,
        cases.team_key,
        cases.language
    from case_touchpoints
    inner join cases
        on case_touchpoints.case_key = cases.case_key
)

select
    touchpoint_key,
    'tickets' as source_name,
    profile_key,
    'ticket' as channel_slug,
    touchpoint_type_slug,
    outcome_slug,
    occurred_at,
    occurred_at as received_at,
    source_contact_reason,
    case_key,
    order_key,
    team_key,
    wait_seconds,
    handle_seconds,
    body,
    language,
    score,
    _load_id
from touchpoints
