-- The stream is the largest source and many models read it: parsed, mapped and keyed once.
with web_events as (
    select * from {{ ref('stg_web__events') }}
    where not is_repeat
),

no_ids as (
    select blocked_value
    from {{ ref('blocked_values') }}
    where identifier_type = 'any' and match_kind = 'exact'
),

-- A page that writes null or 0 as the user signs nobody in.
messages as (
    select
        {{ all_columns_but('web_events', ['user_id']) }},
        case when no_ids.blocked_value is null then web_events.user_id end as user_id,
        coalesce(web_events.device_id, web_events.anonymous_id) as any_device_id
    from web_events
    left join no_ids
        on lower(trim(web_events.user_id)) = no_ids.blocked_value
),

event_types as (
    select * from {{ ref('web_event_types') }}
),

-- Few user agents send many messages.
user_agents as (
    select distinct user_agent
    from messages
    where user_agent is not null
),

bots as (
    select user_agents.user_agent
    from user_agents
    inner join {{ ref('bot_user_agents') }} as bot_user_agents
        on contains(lower(user_agents.user_agent), bot_user_agents.pattern)
    group by user_agents.user_agent
)

select
    -- keys
    {{ surrogate_key(["'web'", "'events'", 'messages.message_id']) }} as touchpoint_key,
    case
        when messages.any_device_id is not null
            then {{ surrogate_key(["'device'", 'messages.any_device_id']) }}
    end as device_key,
    case
        when messages.user_id is not null
            then {{ surrogate_key(["'web'", 'messages.user_id']) }}
    end as login_profile_key,
    case
        when messages.anonymous_id is not null
            then {{ surrogate_key(["'web'", "'anonymous:' || messages.anonymous_id"]) }}
    end as anonymous_profile_key,
    messages.product_id as product_key,
    case
        when messages.order_id is not null
            then {{ surrogate_key(["'shop'", 'messages.order_id']) }}
    end as order_key,
    case
        when messages.checkout_id is not null
            then {{ surrogate_key(["'shop'", 'messages.checkout_id']) }}
    end as checkout_key,
    messages.campaign_id as campaign_key,
    messages.anonymous_id,
    messages.user_id,
    messages.device_id,
    messages.email,
    messages.phone,
    messages.given_name,
    messages.surname,

    -- attributes
    messages.channel_slug,
    coalesce(named_types.touchpoint_type_slug, other_types.touchpoint_type_slug)
        as touchpoint_type_slug,
    case
        when named_types.touchpoint_type_slug != 'product_searched' then null
        when messages.search_result_count = 0 then 'no_result'
        when messages.search_result_count > 0 then 'results'
    end as outcome_slug,
    messages.search_term,
    messages.help_topic,
    messages.page_path,
    messages.campaign_source,
    messages.campaign_medium,
    messages.device_type,
    split_part(messages.locale_code, '-', 1) as language,

    -- flags
    coalesce(named_types.is_touchpoint, other_types.is_touchpoint, false) as is_touchpoint,
    coalesce(messages.message_type = 'identify', false) as is_identify,
    bots.user_agent is not null as is_bot,

    -- timestamps
    messages.occurred_at,
    messages.received_at,
    messages._load_id
from messages
left join bots
    on messages.user_agent = bots.user_agent
left join event_types as named_types
    on
        messages.message_type = named_types.message_type
        and messages.event_name = named_types.event_name
left join event_types as other_types
    on
        messages.message_type = other_types.message_type
        and other_types.event_name = '*'
