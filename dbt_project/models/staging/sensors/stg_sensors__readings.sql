with source as (
    select * from {{ source('sensors', 'readings') }}
),

readings as (
    select
        reading_id,
        store_id,
        sensor_id,
        sensor_type as sensor_type_text,
        {{ meaning_of('sensors', 'sensor_type', 'sensor_type') }} as sensor_type,
        zone,
        nullif(device_id, '') as device_id,
        product_id,
        dwell_seconds as dwell_seconds_text,
        entered_at as entered_at_text,
        left_at as left_at_text,
        received_at as received_at_text,
        {{ delivered_number('dwell_seconds', 'duration_seconds') }} as dwell_seconds,
        {{ utc_timestamp('entered_at') }} as entered_at,
        {{ utc_timestamp('left_at') }} as left_at,
        {{ utc_timestamp('received_at') }} as received_at,
        _file_date,
        _line,
        _load_id
    from source
),

ranked as (
    select
        *,
        {{ latest_version('reading_id', 'received_at', content='left_at_text') }}
            as is_latest_version
    from readings
)

select
    -- keys
    reading_id,
    store_id,
    sensor_id,
    device_id,
    product_id,

    -- attributes
    sensor_type,
    zone as zone_slug,

    -- measures
    dwell_seconds,

    -- timestamps
    entered_at,
    left_at,
    received_at,

    {{ value_issues({
        'sensor_type_text': 'sensor_type',
        'dwell_seconds_text': 'dwell_seconds',
        'entered_at_text': 'entered_at',
        'left_at_text': 'left_at',
        'received_at_text': 'received_at'
    }) }} as _issues,
    _line,
    _load_id
from ranked
where is_latest_version
