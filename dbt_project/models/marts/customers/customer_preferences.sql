with preferences as (
    select * from {{ ref('int_customers__preferences') }}
),

customers as (
    select * from {{ ref('int_identity__customers') }}
),

touchpoints as (
    select * from {{ ref('fct_touchpoints') }}
    where direction = 'inbound' and customer_key is not null and not is_bot
),

device_attributions as (
    select * from {{ ref('int_identity__device_attributions') }}
),

sessions as (
    select * from {{ ref('int_touchpoints__sessions') }}
    where entry_device_type is not null
),

devices as (
    select
        touchpoints.customer_key,
        count(distinct device_attributions.device_key) as device_count
    from touchpoints
    inner join device_attributions
        on touchpoints.touchpoint_key = device_attributions.touchpoint_key
    group by touchpoints.customer_key
),

-- Where no source names a device, that a customer has none is not known.
device_sources as (
    select count(*) > 0 as is_shown
    from device_attributions
),

device_types as (
    select
        touchpoints.customer_key,
        {{ dbt.listagg(
            'distinct sessions.entry_device_type', "' '", 'order by sessions.entry_device_type'
        ) }} as device_types
    from touchpoints
    inner join sessions
        on touchpoints.session_key = sessions.session_key
    group by touchpoints.customer_key
)

select
    preferences.customer_key,
    customers.segment_slug,
    preferences.used_channels,
    preferences.preferred_channel_slug,
    device_types.device_types,
    preferences.used_channel_count,
    preferences.preferred_channel_use_count,
    preferences.channel_use_count,
    preferences.preferred_channel_use_count / cast(preferences.channel_use_count as double)
        as preferred_channel_share,
    preferences.preferred_hour,
    preferences.preferred_hour_use_count,
    preferences.hour_use_count,
    preferences.preferred_hour_use_count / cast(preferences.hour_use_count as double)
        as preferred_hour_share,
    case when device_sources.is_shown then coalesce(devices.device_count, 0) end as device_count,
    customers.is_identified
from preferences
cross join device_sources
inner join customers
    on preferences.customer_key = customers.customer_key
left join devices
    on preferences.customer_key = devices.customer_key
left join device_types
    on preferences.customer_key = device_types.customer_key
