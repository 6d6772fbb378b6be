{{ config(materialized='view') }}

with readings as (
    select * from {{ ref('stg_sensors__readings') }}
),

-- Only of a phone whose owner has agreed to be located: of any other it knows no id.
geofence_events as (
    select * from {{ ref('stg_sensors__geofence_events') }}
    where device_id is not null and crossing is not null
),

stores as (
    select * from {{ ref('stores') }}
),

sensed as (
    select
        {{ surrogate_key(["'sensors'", "'readings'", 'reading_id']) }} as touchpoint_key,
        device_id,
        'store' as channel_slug,
        -- Whoever comes in visits the store, whatever noticed them.
        case
            when zone_slug = 'entrance' then 'store_visited'
            when sensor_type = 'rfid' then 'tag_read'
            else 'zone_dwelled'
        end as touchpoint_type_slug,
        cast(null as varchar) as outcome_slug,
        entered_at as occurred_at,
        received_at,
        product_id,
        store_id,
        _load_id
    from readings

    union all

    select
        {{ surrogate_key(["'sensors'", "'geofence_events'", 'event_id']) }} as touchpoint_key,
        device_id,
        'app' as channel_slug,
        'store_area_crossed' as touchpoint_type_slug,
        crossing as outcome_slug,
        occurred_at,
        received_at,
        cast(null as varchar) as product_id,
        store_id,
        _load_id
    from geofence_events
)

select
    sensed.touchpoint_key,
    'sensors' as source_name,
    case
        when sensed.device_id is not null
            then {{ surrogate_key(["'sensors'", "'device:' || sensed.device_id"]) }}
    end as profile_key,
    case
        when sensed.device_id is not null
            then {{ surrogate_key(["'device'", 'sensed.device_id']) }}
    end as device_key,
    sensed.channel_slug,
    sensed.touchpoint_type_slug,
    sensed.outcome_slug,
    sensed.occurred_at,
    sensed.received_at,
    stores.time_zone as business_time_zone,
    sensed.product_id as product_key,
    sensed.store_id as store_key,
    sensed._load_id
from sensed
left join stores
    on sensed.store_id = stores.store_id
