with messages as (
    select * from {{ ref('int_cases__social_posts') }}
    where post_kind = 'direct_message' and conversation_id is not null
),

threads as (
    select
        conversation_id,
        max(case when is_from_brand then replied_handle else author_handle end) as handle,
        max(topic) as source_contact_reason,
        max(team_id) as team_key,
        max(language) as language,
        min_by(
            case when is_from_brand then 'agent' else 'customer' end,
            {{ sort_key(['posted_at', 'post_id']) }}
        ) as started_by,
        count(*) filter (where not is_from_brand) as customer_turn_count,
        sum(work_seconds) as handle_seconds,
        coalesce(bool_or(is_closing), false) as is_solved,
        min(posted_at) as opened_at,
        min(case when not is_from_brand then posted_at end) as first_message_at,
        max(case when is_closing then posted_at end) as solved_at,
        max(posted_at) as last_message_at,
        max(_load_id) as _load_id
    from messages
    group by conversation_id
),

replies as (
    select
        messages.conversation_id,
        count(*) as agent_reply_count,
        min(messages.posted_at) as first_reply_at
    from messages
    inner join threads
        on
            messages.conversation_id = threads.conversation_id
            and messages.posted_at > threads.first_message_at
    where messages.is_from_brand and not messages.is_from_machine
    group by messages.conversation_id
)

select
    {{ surrogate_key(["'social'", 'threads.conversation_id']) }} as case_key,
    'social' as source_name,
    threads.conversation_id as case_id,
    'social' as channel_slug,
    case
        when threads.handle is not null then {{ surrogate_key(["'social'", 'threads.handle']) }}
    end as profile_key,
    threads.source_contact_reason,
    threads.team_key,
    threads.started_by,
    threads.language,
    threads.customer_turn_count,
    coalesce(replies.agent_reply_count, 0) as agent_reply_count,
    cast({{ dbt.datediff(
        'threads.first_message_at', 'replies.first_reply_at', 'second'
    ) }} as double) as wait_seconds,
    threads.handle_seconds,
    replies.agent_reply_count is not null as is_human_handled,
    threads.is_solved,
    threads.opened_at,
    case when threads.started_by = 'customer' then threads.first_message_at end as clock_started_at,
    replies.first_reply_at as first_human_reply_at,
    threads.solved_at as first_solved_at,
    threads.solved_at as last_solved_at,
    threads.last_message_at as ended_at,
    threads._load_id
from threads
left join replies
    on threads.conversation_id = replies.conversation_id
