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
    help_topic as source_contact_reason,
    order_key,
    checkout_key,
    campaign_key,
    product_key,
    language,
    is_bot,
    _load_id
from web_events
