-- Tickets and chats have states; a call has none. The spans of a case follow without a gap.
with tickets as (
    select * from {{ ref('stg_tickets__tickets') }}
),

field_changes as (
    select * from {{ ref('stg_tickets__field_changes') }}
    where field_name = 'status'
),

users as (
    select * from {{ ref('stg_tickets__users') }}
    where is_latest
),

conversations as (
    select * from {{ ref('stg_chat__conversations') }}
),

state_parts as (
    select * from {{ ref('stg_chat__conversation_parts') }}
    where part_type in ('open', 'close', 'snoozed', 'unsnoozed')
),

status_changes as (
    -- A ticket that is entered as solved was new for no time at all.
    select
        'tickets' as source_name,
        ticket_id as case_id,
        'new' as status_slug,
        'customer' as changed_by,
        opened_at as changed_at,
        0 as change_number
    from tickets

    union all

    select
        'tickets' as source_name,
        field_changes.ticket_id as case_id,
        case field_changes.field_value
            when 'closed' then 'solved'
            else field_changes.field_value
        end as status_slug,
        case
            when users.user_role in ('agent', 'admin') then 'agent'
            when field_changes.author_id = '-1' then 'system'
            else 'customer'
        end as changed_by,
        field_changes.changed_at,
        try_cast(field_changes.change_id as bigint) as change_number
    from field_changes
    left join users
        on field_changes.author_id = users.user_id

    union all

    select
        'chat' as source_name,
        conversation_id as case_id,
        'new' as status_slug,
        'customer' as changed_by,
        opened_at as changed_at,
        0 as change_number
    from conversations

    union all

    select
        'chat' as source_name,
        conversation_id as case_id,
        case part_type
            when 'close' then 'solved'
            when 'snoozed' then 'pending'
            else 'open'
        end as status_slug,
        author_type as changed_by,
        created_at as changed_at,
        try_cast(part_id as bigint) as change_number
    from state_parts
),

ordered_changes as (
    select
        *,
        lag(status_slug) over (
            partition by source_name, case_id order by changed_at, change_number
        ) as previous_status_slug
    from status_changes
    where changed_at is not null
),

-- A change to the state that it was in already (solved tickets close by themselves) starts no span.
starts as (
    select *
    from ordered_changes
    where previous_status_slug is distinct from status_slug
),

spans as (
    select
        *,
        row_number() over (
            partition by source_name, case_id order by changed_at, change_number
        ) as span_number,
        lead(changed_at) over (
            partition by source_name, case_id order by changed_at, change_number
        ) as ended_at
    from starts
)

select
    {{ surrogate_key(['source_name', 'case_id']) }} as case_key,
    source_name,
    span_number,
    status_slug,
    changed_by,
    -- Each reopening, which is any exit from solved, begins the next pass.
    1 + sum(case when previous_status_slug = 'solved' then 1 else 0 end) over (
        partition by source_name, case_id
        order by span_number
        rows between unbounded preceding and current row
    ) as pass_number,
    coalesce(previous_status_slug = 'solved', false) as is_reopening,
    changed_at as started_at,
    ended_at,
    {{ dbt.datediff('changed_at', 'ended_at', 'second') }} as duration_seconds
from spans
