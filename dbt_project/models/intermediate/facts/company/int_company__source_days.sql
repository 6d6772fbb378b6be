-- A file bears the day that it completes; which day a load belongs to never changes afterwards.
with sources as (
    select * from {{ ref('int_company__sources') }}
    where is_enabled
),

loads as (
    select * from {{ ref('stg_ledger__loads') }}
    where is_current
),

deliveries as (
    select * from {{ ref('stg_ledger__deliveries') }}
),

touchpoint_days as (
    select * from {{ ref('int_company__touchpoint_days') }}
),

recorded_touchpoints as (
    select * from {{ ref('recorded_touchpoints') }}
),

file_days as (
    select
        source_name,
        file_date as day_date,
        count(*) as file_count,
        sum(loaded_row_count) as row_count,
        0 as event_count
    from loads
    where file_date is not null
    group by
        source_name,
        file_date
),

-- One export without a row is like another, so the next counts as its duplicate: of its day it says
-- that nothing happened. A file with rows that comes again under another day says nothing of that.
quiet_days as (
    select
        deliveries.source_name,
        deliveries.file_date as day_date,
        count(*) as file_count,
        0 as row_count,
        0 as event_count
    from deliveries
    inner join loads
        on deliveries.load_id = loads.load_id
    where
        deliveries.delivery_status = 'duplicate'
        and deliveries.file_date is not null
        and loads.loaded_row_count = 0
        and loads.rejected_row_count = 0
    group by
        deliveries.source_name,
        deliveries.file_date
),

event_days as (
    select
        touchpoint_days.source_name,
        touchpoint_days.day_date,
        0 as file_count,
        0 as row_count,
        sum(touchpoint_days.touchpoint_count) as event_count
    from touchpoint_days
    left join recorded_touchpoints
        on touchpoint_days.touchpoint_type_slug = recorded_touchpoints.touchpoint_type_slug
    where recorded_touchpoints.touchpoint_type_slug is null and touchpoint_days.day_date is not null
    group by
        touchpoint_days.source_name,
        touchpoint_days.day_date
),

all_days as (
    select * from file_days
    union all
    select * from quiet_days
    union all
    select * from event_days
)

select
    sources.source_name,
    all_days.day_date,
    cast(sum(all_days.file_count) as bigint) as file_count,
    cast(sum(all_days.row_count) as bigint) as row_count,
    cast(sum(all_days.event_count) as bigint) as event_count
from sources
inner join all_days
    on sources.source_name = all_days.source_name
group by
    sources.source_name,
    all_days.day_date
