{{ config(materialized='view') }}

with events as (
    select * from {{ ref('stg_product_usage__events') }}
    -- A kind that nobody has mapped is no touchpoint: `value_issues` counts it.
    where event_type is not null
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
    occurred_at,
    recorded_at as received_at,
    product_id as product_key,
    _load_id
from events
