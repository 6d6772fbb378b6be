{{ config(materialized='view') }}

with sightings as (
    select
        device_id,
        entered_at,
        left_at,
        _load_id
    from {{ ref('stg_sensors__readings') }}
    where device_id is not null

    union all

    select
        device_id,
        occurred_at as entered_at,
        occurred_at as left_at,
        _load_id
    from {{ ref('stg_sensors__geofence_events') }}
    where device_id is not null
)

select
    'sensors' as source_name,
    'device:' || device_id as source_profile_id,
    {{ surrogate_key(["'sensors'", "'device:' || device_id"]) }} as profile_key,
    device_id,
    min(entered_at) as first_seen_at,
    max(left_at) as last_seen_at,
    max(_load_id) as _load_id
from sightings
group by device_id
