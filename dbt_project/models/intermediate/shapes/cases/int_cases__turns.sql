-- A new source of cases is one more branch here, in the spans if it has states, and in the cases.
with comments as (
    select * from {{ ref('stg_tickets__comments') }}
),

tickets as (
    select * from {{ ref('stg_tickets__tickets') }}
),

users as (
    select * from {{ ref('stg_tickets__users') }}
    where is_latest
),

messages as (
    select * from {{ ref('stg_chat__conversation_parts') }}
    where is_message
),

contact_records as (
    select * from {{ ref('stg_calls__contact_records') }}
    where media_channel = 'VOICE'
),

direct_messages as (
    select * from {{ ref('stg_social__posts') }}
    where post_type = 'direct_message' and conversation_id is not null
),

turns as (
    select
        'tickets' as source_name,
        'ticket' as channel_slug,
        comments.ticket_id as case_id,
        comments.comment_id as turn_id,
        case
            when comments.author_id = '-1' then 'system'
            when users.user_role in ('agent', 'admin') then 'agent'
            when users.user_role = 'end-user' or comments.author_id = tickets.requester_id
                then 'customer'
            -- A user who was never exported and isn't the requester: colleagues write notes.
            when not comments.is_public then 'agent'
            else 'system'
        end as author_type,
        comments.body,
        comments.is_public,
        comments.commented_at as spoke_at,
        comments._load_id
    from comments
    left join tickets
        on comments.ticket_id = tickets.ticket_id
    left join users
        on comments.author_id = users.user_id

    union all

    select
        'chat' as source_name,
        'chat' as channel_slug,
        conversation_id as case_id,
        part_id as turn_id,
        author_type,
        body,
        is_public,
        created_at as spoke_at,
        _load_id
    from messages

    union all

    select
        'calls' as source_name,
        'phone' as channel_slug,
        initial_contact_id as case_id,
        contact_id || ' customer' as turn_id,
        'customer' as author_type,
        cast(null as varchar) as body,
        true as is_public,
        initiated_at as spoke_at,
        _load_id
    from contact_records
    where initiation_method = 'INBOUND'

    union all

    select
        'calls' as source_name,
        'phone' as channel_slug,
        initial_contact_id as case_id,
        contact_id || ' agent' as turn_id,
        'agent' as author_type,
        cast(null as varchar) as body,
        true as is_public,
        connected_at as spoke_at,
        _load_id
    from contact_records
    where connected_at is not null

    union all

    select
        'calls' as source_name,
        'phone' as channel_slug,
        initial_contact_id as case_id,
        contact_id || ' notes' as turn_id,
        'agent' as author_type,
        agent_notes as body,
        false as is_public,
        disconnected_at as spoke_at,
        _load_id
    from contact_records
    where agent_notes is not null

    union all

    select
        'social' as source_name,
        'social' as channel_slug,
        conversation_id as case_id,
        post_id as turn_id,
        case when is_from_brand then 'agent' else 'customer' end as author_type,
        body,
        true as is_public,
        posted_at as spoke_at,
        _load_id
    from direct_messages
)

select
    {{ surrogate_key(['source_name', 'case_id', 'turn_id']) }} as turn_key,
    {{ surrogate_key(['source_name', 'case_id']) }} as case_key,
    source_name,
    channel_slug,
    row_number() over (
        partition by source_name, case_id order by spoke_at nulls last, turn_id
    ) as turn_number,
    author_type,
    body,
    is_public,
    spoke_at,
    _load_id
from turns
