{{ config(materialized='view') }}

with web_events as (
    select * from {{ ref('int_web__events') }}
    where is_touchpoint
)

select
    touchpoint_key,
    'web' as source_name,
    -- A bot is nobody: no profile, no customer.
    case when not is_bot then coalesce(login_profile_key, anonymous_profile_key) end as profile_key,
    device_key,
    channel_slug,
    touchpoint_type_slug,
    outcome_slug,
    occurred_at,
    received_at,
    cast(null as varchar) as business_time_zone,
    help_topic as source_contact_reason,
    cast(null as varchar) as case_key,
    order_key,
    checkout_key,
    campaign_key,
    product_key,
    cast(null as varchar) as store_key,
    cast(null as varchar) as team_key,
    cast(null as varchar) as subscription_key,
    cast(null as double) as wait_seconds,
    cast(null as double) as handle_seconds,
    cast(null as varchar) as body,
    language,
    cast(null as double) as sentiment,
    cast(null as double) as score,
    cast(null as decimal(18, 2)) as revenue,
    is_bot,
    _load_id
from web_events
