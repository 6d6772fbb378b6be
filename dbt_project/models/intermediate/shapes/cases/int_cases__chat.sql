with conversations as (
    select * from {{ ref('stg_chat__conversations') }}
),

parts as (
    select * from {{ ref('stg_chat__conversation_parts') }}
),

source_teams as (
    select * from {{ ref('source_teams') }}
    where source_name = 'chat'
),

turns as (
    select * from {{ ref('int_cases__turns') }}
    where source_name = 'chat' and is_public
),

spans as (
    select * from {{ ref('int_cases__status_spans') }}
    where source_name = 'chat'
),

keyed_conversations as (
    select
        *,
        {{ surrogate_key(["'chat'", 'conversation_id']) }} as case_key
    from conversations
),

tags as (
    select
        conversation_id,
        lower(trim(tag)) as tag
    from (
        select
            conversation_id,
            {{ one_row_per('tags') }} as tag
        from conversations
    ) as conversation_tags
),

exclusions as (
    select
        tags.conversation_id,
        min(source_words.meaning) as excluded_reason
    from tags
    inner join {{ ref('source_words') }} as source_words
        on
            tags.tag = source_words.word
            and source_words.source_name = 'chat'
            and source_words.field = 'tag'
    group by tags.conversation_id
),

assignments as (
    select
        conversation_id,
        min(case when author_type in ('bot', 'system') then created_at end) as assigned_by_bot_at,
        count(*) filter (where author_type = 'agent' and assignee_type = 'team')
            as transfer_count
    from parts
    where is_assignment and assignee_type in ('admin', 'team')
    group by conversation_id
),

who_spoke as (
    select
        case_key,
        min_by(author_type, turn_number) as started_by,
        count(*) filter (where author_type = 'customer') as customer_turn_count,
        count(*) filter (where author_type = 'agent' and turn_number > 1) as agent_reply_count,
        min(case when author_type = 'customer' then spoke_at end) as first_customer_turn_at,
        min(case when author_type = 'customer' then turn_number end) as first_customer_turn_number,
        min(case when author_type = 'bot' then spoke_at end) as first_bot_turn_at,
        min(case when author_type = 'agent' then spoke_at end) as first_agent_turn_at,
        max(case when author_type = 'agent' then spoke_at end) as last_agent_turn_at,
        max(spoke_at) as last_turn_at
    from turns
    group by case_key
),

-- A message of the bot before anybody spoke to it is a greeting.
bot_replies as (
    select
        turns.case_key,
        min(turns.spoke_at) as first_bot_reply_at
    from turns
    inner join who_spoke
        on
            turns.case_key = who_spoke.case_key
            and turns.turn_number > who_spoke.first_customer_turn_number
    where turns.author_type = 'bot'
    group by turns.case_key
),

states as (
    select
        case_key,
        min(case when status_slug = 'solved' then started_at end) as first_solved_at,
        max(case when status_slug = 'solved' then started_at end) as last_solved_at,
        min(case when is_reopening then started_at end) as first_reopened_at,
        max(pass_number) - 1 as reopened_count,
        max_by(status_slug, span_number) = 'solved' as is_solved
    from spans
    group by case_key
),

-- A hand-over to people counts, whether or not any of them ever answers.
hand_overs as (
    select
        conversations.case_key,
        case
            when
                least(who_spoke.first_bot_turn_at, assignments.assigned_by_bot_at)
                <= coalesce(who_spoke.first_agent_turn_at, timestamp '9999-12-31')
                then 'bot'
            else 'people'
        end as led_by,
        least(assignments.assigned_by_bot_at, who_spoke.first_agent_turn_at) as people_joined_at,
        coalesce(assignments.transfer_count, 0) as transfer_count
    from keyed_conversations as conversations
    left join assignments
        on conversations.conversation_id = assignments.conversation_id
    left join who_spoke
        on conversations.case_key = who_spoke.case_key
),

-- No clock runs where the bot sufficed, nor where an agent wrote first, nor where parts of the
-- conversation are missing: any of them may be the question or the answer.
clocks as (
    select
        hand_overs.case_key,
        case
            when who_spoke.started_by = 'agent' or conversations.is_cut then null
            when hand_overs.led_by = 'bot' then hand_overs.people_joined_at
            else who_spoke.first_customer_turn_at
        end as clock_started_at,
        case
            when hand_overs.led_by = 'bot'
                then coalesce(hand_overs.people_joined_at, who_spoke.last_turn_at)
        end as bot_ended_at,
        -- A customer who first writes after people have joined waits for them, not for the bot.
        case
            when
                hand_overs.led_by = 'bot'
                and not conversations.is_cut
                and who_spoke.first_customer_turn_at
                <= coalesce(hand_overs.people_joined_at, who_spoke.first_customer_turn_at)
                then who_spoke.first_customer_turn_at
        end as bot_clock_started_at,
        bot_replies.first_bot_reply_at,
        case
            when who_spoke.started_by != 'agent' and not conversations.is_cut
                then who_spoke.first_agent_turn_at
        end as first_human_reply_at,
        hand_overs.led_by = 'bot' as is_bot_session,
        hand_overs.led_by = 'bot' and hand_overs.people_joined_at is not null as is_handed_over
    from hand_overs
    inner join keyed_conversations as conversations
        on hand_overs.case_key = conversations.case_key
    left join who_spoke
        on hand_overs.case_key = who_spoke.case_key
    left join bot_replies
        on hand_overs.case_key = bot_replies.case_key
)

select
    conversations.case_key,
    'chat' as source_name,
    conversations.conversation_id as case_id,
    'chat' as channel_slug,
    case
        when conversations.contact_id is not null
            then {{ surrogate_key(["'chat'", 'conversations.contact_id']) }}
    end as profile_key,
    conversations.source_contact_reason,
    case
        when conversations.order_number is not null
            then {{ surrogate_key(["'shop'", 'conversations.order_number']) }}
    end as order_key,
    source_teams.team_id as team_key,
    coalesce(who_spoke.started_by, 'customer') as started_by,
    exclusions.excluded_reason,
    conversations.language,
    conversations.stated_resolution,
    coalesce(who_spoke.customer_turn_count, 0) as customer_turn_count,
    coalesce(who_spoke.agent_reply_count, 0) as agent_reply_count,
    coalesce(states.reopened_count, 0) as reopened_count,
    hand_overs.transfer_count,
    cast({{ dbt.datediff(
        'clocks.clock_started_at', 'clocks.first_human_reply_at', 'second'
    ) }} as double) as wait_seconds,
    cast({{ dbt.datediff(
        'who_spoke.first_agent_turn_at', 'who_spoke.last_agent_turn_at', 'second'
    ) }} as double) as handle_seconds,
    (conversations.rating - 1) / 4.0 as score,
    clocks.is_bot_session,
    clocks.is_handed_over,
    who_spoke.first_agent_turn_at is not null as is_human_handled,
    coalesce(states.is_solved, false) as is_solved,
    conversations.opened_at,
    clocks.clock_started_at,
    clocks.bot_ended_at,
    clocks.bot_clock_started_at,
    clocks.first_bot_reply_at,
    clocks.first_human_reply_at,
    states.first_solved_at,
    states.first_reopened_at,
    states.last_solved_at,
    coalesce(case when states.is_solved then states.last_solved_at end, who_spoke.last_turn_at)
        as ended_at,
    conversations._load_id
from keyed_conversations as conversations
left join exclusions
    on conversations.conversation_id = exclusions.conversation_id
left join source_teams
    on conversations.team_assignee_id = source_teams.source_team
inner join hand_overs
    on conversations.case_key = hand_overs.case_key
inner join clocks
    on conversations.case_key = clocks.case_key
left join who_spoke
    on conversations.case_key = who_spoke.case_key
left join states
    on conversations.case_key = states.case_key
