{{ config(materialized='view') }}

with readings as (
    select
        'device:' || device_id as source_profile_id,
        device_id,
        entered_at,
        left_at,
        _load_id
    from {{ ref('stg_sensors__readings') }}
    where device_id is not null
)

select
    'sensors' as source_name,
    source_profile_id,
    {{ surrogate_key(["'sensors'", 'source_profile_id']) }} as profile_key,
    device_id,
    min(entered_at) as first_seen_at,
    max(left_at) as last_seen_at,
    max(_load_id) as _load_id
from readings
group by
    source_profile_id,
    device_id
