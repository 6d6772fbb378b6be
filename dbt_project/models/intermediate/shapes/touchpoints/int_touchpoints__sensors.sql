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
    readings.entered_at as occurred_at,
    readings.received_at,
    stores.time_zone as business_time_zone,
    readings.product_id as product_key,
    readings.store_id as store_key,
    readings._load_id
from readings
left join stores
    on readings.store_id = stores.store_id
