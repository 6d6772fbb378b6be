{{ config(materialized='view') }}

with readings as (
    select * from {{ ref('stg_sensors__readings') }}
),

stores as (
    select * from {{ ref('stores') }}
)

select
    {{ surrogate_key(["'sensors'", "'readings'", 'readings.reading_id']) }} as touchpoint_key,
    'sensors' as source_name,
    case
        when readings.device_id is not null
            then {{ surrogate_key(["'sensors'", "'device:' || readings.device_id"]) }}
    end as profile_key,
    case
        when readings.device_id is not null
            then {{ surrogate_key(["'device'", 'readings.device_id']) }}
    end as device_key,
    'store' as channel_slug,
    case when readings.zone_slug = 'entrance' then 'store_visited' else 'zone_dwelled' end
        as touchpoint_type_slug,
    cast(null as varchar) as outcome_slug,
    readings.entered_at as occurred_at,
    readings.received_at,
    stores.time_zone as business_time_zone,
    cast(null as varchar) as source_contact_reason,
    cast(null as varchar) as case_key,
    cast(null as varchar) as order_key,
    cast(null as varchar) as checkout_key,
    cast(null as varchar) as campaign_key,
    readings.product_id as product_key,
    readings.store_id as store_key,
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
    readings._load_id
from readings
left join stores
    on readings.store_id = stores.store_id
