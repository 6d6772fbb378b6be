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
        cast({{ delivered_time('start_date') }} as date) as started_date,
        cast({{ delivered_time('end_date') }} as date) as ended_date
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
    _line,
    _load_id
from campaigns
