-- A store that a source names and the list does not is listed by its key.
with stores as (
    select * from {{ ref('stores') }}
),

touchpoints as (
    select distinct store_key from {{ ref('int_touchpoints__all') }}
    where store_key is not null
),

unlisted_stores as (
    select touchpoints.store_key
    from touchpoints
    left join stores
        on touchpoints.store_key = stores.store_id
    where stores.store_id is null and touchpoints.store_key != 'unknown'
)

select
    store_id as store_key,
    store_name,
    country_code,
    city,
    time_zone,
    true as is_listed
from stores

union all

select
    store_key,
    store_key as store_name,
    null as country_code,
    null as city,
    null as time_zone,
    false as is_listed
from unlisted_stores

union all

select
    'unknown' as store_key,
    'Unknown' as store_name,
    null as country_code,
    null as city,
    null as time_zone,
    false as is_listed
