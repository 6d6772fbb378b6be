{{ config(
    materialized='kept',
    unique_key='session_key',
    unit='session_key',
    changed_by={
        'int_web__sessions': 'session_key',
        'int_web__events': {
            'by': 'touchpoint_key',
            'find': 'select session_key from {int_web__sessions} semi join changes using (touchpoint_key)'
        },
        'int_identity__device_attributions': {
            'by': 'touchpoint_key',
            'find': 'select session_key from {int_web__sessions} semi join changes using (touchpoint_key)'
        }
    }
) }}

with web_events as (
    select * from {{ ref('int_web__events') }}
),

web_sessions as (
    select * from {{ ref('int_web__sessions') }} {{ affected('session_key') }}
),

device_attributions as (
    select * from {{ ref('int_identity__device_attributions') }}
),

session_events as (
    select
        web_events.*,
        web_sessions.session_key,
        device_attributions.profile_key as attributed_profile_key,
        row_number() over (
            partition by web_sessions.session_key
            order by web_events.occurred_at asc, web_events.touchpoint_key asc
        ) as event_number
    from web_sessions
    inner join web_events
        on web_sessions.touchpoint_key = web_events.touchpoint_key
    left join device_attributions
        on web_sessions.touchpoint_key = device_attributions.touchpoint_key
)

select
    -- keys
    session_key,
    -- Another person's login cuts the session: there is one at most.
    case
        when not bool_or(is_bot)
            then coalesce(max(attributed_profile_key), max(anonymous_profile_key))
    end as profile_key,
    min_by(campaign_key, event_number) as entry_campaign_key,

    -- attributes
    min_by(channel_slug, event_number) as channel_slug,
    min_by(touchpoint_type_slug, event_number) as entry_touchpoint_type_slug,
    min_by(page_path, event_number) as entry_page_path,
    min_by(campaign_source, event_number) as entry_campaign_source,
    min_by(campaign_medium, event_number) as entry_campaign_medium,
    min_by(device_type, event_number) as entry_device_type,

    -- measures
    count(*) filter (where is_touchpoint) as event_count,
    count(*) filter (where touchpoint_type_slug in ('page_viewed', 'screen_viewed')) as page_count,
    count(distinct product_key) filter (where touchpoint_type_slug = 'product_viewed')
        as viewed_product_count,
    count(*) filter (where touchpoint_type_slug = 'product_searched') as search_count,
    count(*) filter (where outcome_slug = 'no_result') as failed_search_count,
    count(*) filter (where touchpoint_type_slug = 'error_shown') as error_count,
    count(*) filter (where touchpoint_type_slug = 'rage_clicked') as rage_click_count,
    count(*) filter (where touchpoint_type_slug = 'video_played') as video_play_count,
    count(*) filter (where touchpoint_type_slug = 'video_played' and outcome_slug = 'completed')
        as completed_video_count,
    cast(sum(cast(watched_seconds as decimal(18, 3))) as double) as video_watched_seconds,
    {{ dbt.datediff('min(occurred_at)', 'max(occurred_at)', 'second') }} as duration_seconds,

    -- flags
    count(*) filter (where touchpoint_type_slug = 'cart_added') > 0 as has_cart,
    count(*) filter (where touchpoint_type_slug = 'checkout_started') > 0 as has_checkout,
    count(*) filter (where touchpoint_type_slug = 'order_placed') > 0 as has_order,
    count(*) filter (where touchpoint_type_slug = 'error_shown') > 0 as has_error,
    count(*) filter (where touchpoint_type_slug = 'help_viewed') > 0 as has_help,
    count(user_id) > 0 as has_login,
    bool_or(is_bot) as is_bot,

    -- timestamps
    min(occurred_at) as started_at,
    max(occurred_at) as ended_at,
    max(_load_id) as _load_id
from session_events
group by session_key
