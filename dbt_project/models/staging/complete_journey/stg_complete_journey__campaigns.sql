with source as (
    select * from {{ source('complete_journey', 'campaign_descriptions') }}
),

versions as (
    select
        *,
        {{ latest_version(
            'campaign_id', content=surrogate_key(['campaign_type', 'start_date', 'end_date'])
        ) }} as is_latest_version
    from source
),

campaigns as (
    select
        *,
        cast(try_cast(start_date as timestamp) as date) as started_date,
        cast(try_cast(end_date as timestamp) as date) as ended_date
    from versions
    where is_latest_version
)

select
    -- keys
    campaign_id,

    -- attributes
    campaign_type,

    -- timestamps
    started_date,
    ended_date,

    {{ value_issues({'start_date': 'started_date', 'end_date': 'ended_date'}) }} as _issues,
    _load_id
from campaigns
