{{ config(
    materialized='kept',
    unique_key='touchpoint_key',
    hands_on=['device_key', 'order_key', 'checkout_key']
) }}

-- The stream is the largest source and many models read it: parsed, mapped and keyed once. A view
-- of a video is one event of it, in the session and of the person of the page around it.
with web_events as (
    select * from {{ ref('stg_web__events') }}
    where not is_repeat
),

video_views as (
    select * from {{ ref('int_web__video_views') }}
),

no_ids as (
    select blocked_value
    from {{ ref('blocked_values') }}
    where identifier_type = 'any' and match_kind = 'exact'
),

all_messages as (
    select
        'events' as source_table,
        message_id,
        anonymous_id,
        user_id,
        device_id,
        product_id,
        order_id,
        checkout_id,
        campaign_id,
        message_type,
        event_name,
        channel_slug,
        device_type,
        page_path,
        campaign_source,
        campaign_medium,
        locale_code,
        user_agent,
        search_term,
        help_topic,
        email,
        phone,
        given_name,
        surname,
        cast(null as varchar) as video_outcome_slug,
        search_result_count,
        cast(null as double) as watched_seconds,
        occurred_at,
        received_at,
        _load_id
    from web_events

    union all

    select
        'video_events' as source_table,
        view_id as message_id,
        anonymous_id,
        user_id,
        device_id,
        product_id,
        cast(null as varchar) as order_id,
        cast(null as varchar) as checkout_id,
        cast(null as varchar) as campaign_id,
        'track' as message_type,
        'Video Playback Started' as event_name,
        channel_slug,
        device_type,
        page_path,
        cast(null as varchar) as campaign_source,
        cast(null as varchar) as campaign_medium,
        locale_code,
        user_agent,
        cast(null as varchar) as search_term,
        cast(null as varchar) as help_topic,
        cast(null as varchar) as email,
        cast(null as varchar) as phone,
        cast(null as varchar) as given_name,
        cast(null as varchar) as surname,
        outcome_slug as video_outcome_slug,
        cast(null as bigint) as search_result_count,
        cast(watched_seconds as double) as watched_seconds,
        started_at as occurred_at,
        received_at,
        _load_id
    from video_views
),

-- A page that writes null or 0 as the user signs nobody in.
messages as (
    select
        {{ all_columns_but('all_messages', ['user_id']) }},
        case when no_ids.blocked_value is null then all_messages.user_id end as user_id,
        coalesce(all_messages.device_id, all_messages.anonymous_id) as any_device_id
    from all_messages
    left join no_ids
        on lower(trim(all_messages.user_id)) = no_ids.blocked_value
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
    {{ surrogate_key(["'web'", 'messages.source_table', 'messages.message_id']) }}
        as touchpoint_key,
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
        when messages.video_outcome_slug is not null then messages.video_outcome_slug
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

    -- measures
    messages.watched_seconds,

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
