with video_events as (
    select
        *,
        coalesce(device_id, anonymous_id, user_id) as any_device_id
    from {{ ref('stg_web__video_events') }}
    -- An advertisement before the video is another video; what no list knows is an issue.
    where playback_id is not null and player_action != 'advertisement'
),

-- Some players number their playbacks from 1 on every device.
numbered_events as (
    select
        *,
        row_number() over playback as event_number,
        lag(position_seconds) over playback as previous_position,
        lag(occurred_at) over playback as previous_at
    from video_events
    window playback as (
        partition by playback_id, any_device_id
        order by occurred_at asc, position_seconds asc, message_id asc
    )
),

-- What plays moves the place forward as time goes by; a jump moves it further, a pause not at all.
-- Whoever plays it at double speed has watched for half its length.
played_events as (
    select
        *,
        case
            when position_seconds > previous_position
                then least(
                    position_seconds - previous_position,
                    {{ seconds_between('previous_at', 'occurred_at') }}
                )
            else 0
        end as watched_seconds
    from numbered_events
),

views as (
    select
        playback_id,
        any_device_id,
        min_by(anonymous_id, event_number) as anonymous_id,
        min_by(user_id, event_number) as user_id,
        min_by(device_id, event_number) as device_id,
        min_by(video_id, event_number) as video_id,
        min_by(product_id, event_number) as product_id,
        min_by(channel_slug, event_number) as channel_slug,
        min_by(device_type, event_number) as device_type,
        min_by(page_path, event_number) as page_path,
        min_by(locale_code, event_number) as locale_code,
        min_by(user_agent, event_number) as user_agent,
        sum(cast(watched_seconds as decimal(18, 3))) as watched_seconds,
        max(position_seconds) / nullif(max(length_seconds), 0) as reached_share,
        bool_or(player_action = 'completed') as is_completed,
        min(occurred_at) as started_at,
        min(received_at) as received_at,
        max(_load_id) as _load_id
    from played_events
    group by
        playback_id,
        any_device_id
)

select
    -- keys
    playback_id || coalesce(' ' || any_device_id, '') as view_id,
    anonymous_id,
    user_id,
    device_id,
    video_id,
    product_id,

    -- attributes
    channel_slug,
    device_type,
    page_path,
    locale_code,
    user_agent,
    -- How far the place got, by whole quarters; without a length nobody can tell.
    case
        when is_completed or reached_share >= 1 then 'completed'
        when reached_share >= 0.75 then 'three_quarters'
        when reached_share >= 0.5 then 'half'
        when reached_share >= 0.25 then 'quarter'
        when reached_share >= 0 then 'started'
    end as outcome_slug,

    -- measures
    watched_seconds,

    -- timestamps
    started_at,
    received_at,
    _load_id
from views
