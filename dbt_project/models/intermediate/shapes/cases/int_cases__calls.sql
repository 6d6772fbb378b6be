-- A call is one case, however often it is transferred, and so is the callback that it ends in.
with contact_records as (
    select * from {{ ref('stg_calls__contact_records') }}
    -- Supervisors who listen in are no leg of a call.
    where media_channel = 'VOICE' and not is_repetition and coalesce(begun_by, '') != 'listening'
),

source_teams as (
    select * from {{ ref('source_teams') }}
    where source_name = 'calls'
),

queue_counts as (
    select
        agent_name,
        queue_name,
        count(*) as contact_count
    from contact_records
    where agent_name is not null and queue_name is not null
    group by
        agent_name,
        queue_name
),

-- A call by the company comes from no queue: it is of the team for which its agent mostly works.
home_queues as (
    select
        agent_name,
        max_by(queue_name, {{ sort_key(['contact_count', 'queue_name']) }}) as queue_name
    from queue_counts
    group by agent_name
),

calls as (
    select
        initial_contact_id,
        min_by(
            case when begun_by in ('dialled', 'dialled_back') then 'agent' else 'customer' end,
            {{ sort_key(['initiated_at', 'contact_id']) }}
        ) as started_by,
        min_by(customer_phone, {{ sort_key(['initiated_at', 'contact_id']) }}) as customer_phone,
        -- The agent who had the call last knows best what it was about.
        max_by(source_contact_reason, {{ sort_key(['initiated_at', 'contact_id']) }})
            as source_contact_reason,
        max_by(order_number, {{ sort_key(['initiated_at', 'contact_id']) }}) as order_number,
        max_by(stated_resolution, {{ sort_key(['initiated_at', 'contact_id']) }})
            as stated_resolution,
        max_by(language, {{ sort_key(['initiated_at', 'contact_id']) }}) as language,
        max_by(
            case when connected_at is not null then agent_name end,
            {{ sort_key(['connected_at', 'contact_id']) }}
        ) as last_agent_name,
        min_by(queue_name, {{ sort_key(['enqueued_at', 'contact_id']) }}) as first_queue_name,
        max_by(
            case when is_conversation then queue_name end,
            {{ sort_key(['connected_at', 'contact_id']) }}
        ) as last_queue_name,
        max_by(ended_by, {{ sort_key(['initiated_at', 'contact_id']) }}) as ended_by,
        sum(queue_seconds) as queue_seconds,
        sum(
            coalesce(interaction_seconds, 0)
            + coalesce(hold_seconds, 0)
            + coalesce(after_call_work_seconds, 0)
        ) as handle_seconds,
        count(*) filter (where is_conversation) as answered_count,
        -- Inside the centre the next contact is the transfer; outside there is no next contact.
        -- From queue to queue a caller is moved by the flow: that is no transfer.
        count(*) filter (where begun_by = 'transfer')
        + count(*) filter (where transferred_out_at is not null and next_contact_id is null)
            as transfer_count,
        coalesce(bool_or(is_callback_accepted or begun_by = 'dialled_back'), false)
            as is_callback_accepted,
        min(initiated_at) as opened_at,
        min(enqueued_at) as enqueued_at,
        min(case when is_conversation then connected_at end) as first_human_reply_at,
        max(disconnected_at) as ended_at,
        max(_load_id) as _load_id
    from contact_records
    group by initial_contact_id
)

select
    {{ surrogate_key(["'calls'", 'calls.initial_contact_id']) }} as case_key,
    'calls' as source_name,
    calls.initial_contact_id as case_id,
    'phone' as channel_slug,
    case
        when calls.customer_phone is not null
            then {{ surrogate_key(["'calls'", 'calls.customer_phone']) }}
    end as profile_key,
    calls.source_contact_reason,
    case
        when calls.order_number is not null
            then {{ surrogate_key(["'shop'", 'calls.order_number']) }}
    end as order_key,
    source_teams.team_id as team_key,
    calls.started_by,
    calls.language,
    calls.stated_resolution,
    case when calls.started_by = 'customer' then 1 else 0 end as customer_turn_count,
    calls.answered_count as agent_reply_count,
    calls.transfer_count,
    calls.queue_seconds as wait_seconds,
    calls.handle_seconds,
    calls.answered_count > 0 as is_human_handled,
    calls.enqueued_at is not null as is_queued,
    -- Only the caller can abandon, and a caller who accepts the offered callback has not given up.
    coalesce(
        calls.enqueued_at is not null
        and calls.answered_count = 0
        and calls.ended_by = 'customer'
        and not calls.is_callback_accepted,
        false
    ) as is_abandoned,
    calls.is_callback_accepted,
    calls.answered_count > 0 as is_solved,
    calls.opened_at,
    case when calls.started_by = 'customer' then calls.enqueued_at end as clock_started_at,
    calls.first_human_reply_at,
    calls.ended_at,
    calls._load_id
from calls
left join home_queues
    on calls.last_agent_name = home_queues.agent_name
left join source_teams
    on
        coalesce(calls.last_queue_name, calls.first_queue_name, home_queues.queue_name)
        = source_teams.source_team
