{{ config(materialized='view') }}

with events as (
    select * from {{ ref('stg_product_usage__events') }}
)

select
    {{ surrogate_key(["'product_usage'", "'events'", 'event_id']) }} as touchpoint_key,
    'product_usage' as source_name,
    case
        when account_id is not null
            then {{ surrogate_key(["'product_usage'", 'account_id']) }}
    end as profile_key,
    case
        when device_id is not null
            then {{ surrogate_key(["'device'", 'device_id']) }}
    end as device_key,
    'app' as channel_slug,
    event_type as touchpoint_type_slug,
    cast(null as varchar) as outcome_slug,
    occurred_at,
    recorded_at as received_at,
    cast(null as varchar) as business_time_zone,
    cast(null as varchar) as source_contact_reason,
    cast(null as varchar) as case_key,
    cast(null as varchar) as order_key,
    cast(null as varchar) as checkout_key,
    cast(null as varchar) as campaign_key,
    product_id as product_key,
    cast(null as varchar) as store_key,
    cast(null as varchar) as team_key,
    cast(null as varchar) as subscription_key,
    cast(null as double) as wait_seconds,
    cast(null as double) as handle_seconds,
    cast(null as varchar) as body,
    cast(null as varchar) as language,
    cast(null as double) as sentiment,
    cast(null as double) as score,
    cast(null as decimal(18, 2)) as revenue,
    false as is_bot,
    _load_id
from events
