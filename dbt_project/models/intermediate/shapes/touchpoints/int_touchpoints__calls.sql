{{ config(materialized='view') }}

with cases as (
    select * from {{ ref('int_cases__calls') }}
),

notes as (
    select * from {{ ref('int_cases__turns') }}
    where source_name = 'calls' and not is_public
),

case_notes as (
    select
        case_key,
        {{ dbt.listagg('body', "' / '", 'order by turn_number') }} as body
    from notes
    group by case_key
),

touchpoints as (
    -- A call is one touchpoint, with its transfers and the callback that answered it.
    select
        {{ surrogate_key(["'calls'", "'contact_records'", 'cases.case_id']) }}
            as touchpoint_key,
        cases.profile_key,
        case when cases.started_by = 'agent' then 'call_outbound' else 'call_inbound' end
            as touchpoint_type_slug,
        case
            when cases.started_by = 'agent' and cases.is_human_handled then 'reached'
            when cases.started_by = 'agent' then 'no_answer'
            when not cases.is_queued and not cases.is_human_handled then 'ivr'
            when cases.is_abandoned then 'abandoned'
            else coalesce(cases.stated_resolution, 'unresolved')
        end as outcome_slug,
        cases.opened_at as occurred_at,
        cases.source_contact_reason,
        cases.case_key,
        cases.order_key,
        cases.team_key,
        cases.wait_seconds,
        cases.handle_seconds,
        case_notes.body,
        cases.language,
        cases._load_id
    from cases
    left join case_notes
        on cases.case_key = case_notes.case_key
)

select
    touchpoint_key,
    'calls' as source_name,
    profile_key,
    'phone' as channel_slug,
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
    _load_id
from touchpoints
