{{ config(materialized='view') }}

with cases as (
    select * from {{ ref('int_cases__chat') }}
    -- A conversation in which the customer says nothing is none.
    where excluded_reason is null and customer_turn_count > 0
),

customer_turns as (
    select * from {{ ref('int_cases__turns') }}
    where source_name = 'chat' and author_type = 'customer'
),

addressed_turns as (
    select
        cases.case_key,
        case
            when not cases.is_bot_session then 'people'
            when customer_turns.spoke_at >= cases.clock_started_at then 'people'
            else 'bot'
        end as addressee,
        customer_turns.turn_number,
        customer_turns.body
    from cases
    inner join customer_turns
        on cases.case_key = customer_turns.case_key
),

case_texts as (
    select
        case_key,
        {{ dbt.listagg(
            "case when addressee = 'bot' then body end", "' / '", 'order by turn_number'
        ) }}
            as bot_chat_body,
        {{ dbt.listagg(
            "case when addressee = 'people' then body end", "' / '", 'order by turn_number'
        ) }}
            as agent_chat_body
    from addressed_turns
    group by case_key
),

touchpoints as (
    select
        {{ surrogate_key(["'chat'", "'conversations'", 'cases.case_id', "'bot'"]) }}
            as touchpoint_key,
        cases.profile_key,
        'bot_chat' as touchpoint_type_slug,
        case when cases.is_handed_over then 'handed_over' else 'contained' end as outcome_slug,
        cases.opened_at as occurred_at,
        cases.source_contact_reason,
        cases.case_key,
        cases.order_key,
        cases.team_key,
        cast(null as double) as wait_seconds,
        cast(null as double) as handle_seconds,
        case_texts.bot_chat_body as body,
        cases.language,
        case when not cases.is_handed_over then cases.score end as score,
        false as is_bot,
        cases._load_id
    from cases
    left join case_texts
        on cases.case_key = case_texts.case_key
    where cases.is_bot_session

    union all

    select
        {{ surrogate_key(["'chat'", "'conversations'", 'cases.case_id', "'agent'"]) }}
            as touchpoint_key,
        cases.profile_key,
        'agent_chat' as touchpoint_type_slug,
        coalesce(
            cases.stated_resolution, case when cases.is_solved then 'resolved' else 'unresolved' end
        ) as outcome_slug,
        coalesce(cases.clock_started_at, cases.opened_at) as occurred_at,
        cases.source_contact_reason,
        cases.case_key,
        cases.order_key,
        cases.team_key,
        cases.wait_seconds,
        cases.handle_seconds,
        case_texts.agent_chat_body as body,
        cases.language,
        cases.score,
        false as is_bot,
        cases._load_id
    from cases
    left join case_texts
        on cases.case_key = case_texts.case_key
    where not cases.is_bot_session or cases.is_handed_over
)

select
    touchpoint_key,
    'chat' as source_name,
    profile_key,
    'chat' as channel_slug,
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
    is_bot,
    _load_id
from touchpoints
