with readings as (
    select * from {{ ref('stg_sensors__readings') }}
    where zone_slug != 'entrance' and device_id is not null
)

select
    -- keys
    {{ surrogate_key(["'sensors'", "'readings'", 'reading_id']) }} as touchpoint_key,
    store_id as store_key,
    product_id as product_key,

    -- measures
    dwell_seconds,

    -- timestamps
    entered_at
from readings
