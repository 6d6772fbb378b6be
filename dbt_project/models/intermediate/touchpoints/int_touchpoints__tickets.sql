{{ config(materialized='view') }}

with cases as (
    select * from {{ ref('int_cases__tickets') }}
    -- Somebody did write a ticket that was merged away; spam and tests come from no customer.
    where excluded_reason is null or excluded_reason = 'merged'
),

turns as (
    select * from {{ ref('int_cases__turns') }}
    where source_name = 'tickets' and is_public and author_type in ('customer', 'agent')
),

spans as (
    select * from {{ ref('int_cases__status_spans') }}
    where source_name = 'tickets'
),

last_solves as (
    select
        case_key,
        max(span_number) as last_solved_span_number
    from spans
    where status_slug = 'solved'
    group by case_key
),

turn_touchpoints as (
    select
        {{ surrogate_key(["'tickets'", "'comments'", 'turns.turn_key']) }} as touchpoint_key,
        turns.case_key,
        case
            when turns.author_type = 'agent' then 'ticket_agent_replied'
            when turns.turn_number = 1 then 'ticket_opened'
            else 'ticket_customer_replied'
        end as touchpoint_type_slug,
        cast(null as varchar) as outcome_slug,
        turns.spoke_at as occurred_at,
        cast(null as double) as handle_seconds,
        turns.body,
        cast(null as double) as score,
        turns._load_id
    from turns
),

state_touchpoints as (
    select
        {{ surrogate_key(["'tickets'", "'audits'", 'spans.case_key', 'spans.span_number']) }}
            as touchpoint_key,
        spans.case_key,
        case when spans.status_slug = 'solved' then 'ticket_solved' else 'ticket_reopened' end
            as touchpoint_type_slug,
        -- Rating, working time and verdict are of the whole ticket: they stand on its last solve.
        case
            when spans.span_number = last_solves.last_solved_span_number
                then coalesce(cases.stated_resolution, 'resolved')
            when spans.status_slug = 'solved' then 'unresolved'
        end as outcome_slug,
        spans.started_at as occurred_at,
        case
            when spans.span_number = last_solves.last_solved_span_number then cases.handle_seconds
        end as handle_seconds,
        cast(null as varchar) as body,
        case when spans.span_number = last_solves.last_solved_span_number then cases.score end
            as score,
        cases._load_id
    from spans
    inner join cases
        on spans.case_key = cases.case_key
    inner join last_solves
        on spans.case_key = last_solves.case_key
    where
        cases.excluded_reason is null
        and (spans.status_slug = 'solved' or spans.is_reopening)
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
        cases.language,
        cast(null as double) as wait_seconds
    from case_touchpoints
    inner join cases
        on case_touchpoints.case_key = cases.case_key
)

select
    touchpoint_key,
    'tickets' as source_name,
    profile_key,
    cast(null as varchar) as device_key,
    'ticket' as channel_slug,
    touchpoint_type_slug,
    outcome_slug,
    occurred_at,
    occurred_at as received_at,
    cast(null as varchar) as business_time_zone,
    source_contact_reason,
    case_key,
    order_key,
    cast(null as varchar) as checkout_key,
    cast(null as varchar) as campaign_key,
    cast(null as varchar) as product_key,
    cast(null as varchar) as store_key,
    team_key,
    cast(null as varchar) as subscription_key,
    wait_seconds,
    handle_seconds,
    body,
    language,
    cast(null as double) as sentiment,
    score,
    cast(null as decimal(18, 2)) as revenue,
    false as is_bot,
    _load_id
from touchpoints
