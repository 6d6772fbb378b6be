with sessions as (
    select * from {{ ref('int_touchpoints__sessions') }}
),

customer_profiles as (
    select * from {{ ref('int_identity__customer_profiles') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
)

select
    sessions.session_key,
    customer_profiles.customer_key,
    sessions.entry_campaign_key,
    sessions.channel_slug,
    sessions.entry_touchpoint_type_slug,
    -- Only the section: the rest of a path may hold anything.
    '/' || split_part(sessions.entry_page_path, '/', 2) as entry_page_section,
    sessions.entry_campaign_source,
    sessions.entry_campaign_medium,
    sessions.entry_device_type,
    sessions.event_count,
    sessions.page_count,
    sessions.viewed_product_count,
    sessions.search_count,
    sessions.failed_search_count,
    sessions.error_count,
    sessions.rage_click_count,
    sessions.video_play_count,
    sessions.completed_video_count,
    sessions.video_watched_seconds,
    sessions.duration_seconds,
    sessions.has_login,
    sessions.has_help,
    sessions.has_cart,
    sessions.has_checkout,
    sessions.has_order,
    sessions.has_error,
    sessions.is_bot,
    {{ business_date('sessions.started_at', 'settings.default_time_zone') }} as started_date,
    sessions.started_at,
    sessions.ended_at,
    sessions._load_id
from sessions
cross join settings
left join customer_profiles
    on sessions.profile_key = customer_profiles.profile_key
