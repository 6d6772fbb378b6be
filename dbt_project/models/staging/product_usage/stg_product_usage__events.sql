with source as (
    select * from {{ source('product_usage', 'events') }}
),

events as (
    select
        event_id,
        account_id,
        device_id,
        event_type as event_type_text,
        {{ meaning_of('product_usage', 'event_type', 'event_type') }} as event_type,
        feature,
        product_id,
        platform,
        duration_seconds as duration_seconds_text,
        occurred_at as occurred_at_text,
        recorded_at as recorded_at_text,
        {{ delivered_number('duration_seconds', 'duration_seconds') }} as duration_seconds,
        {{ utc_timestamp('occurred_at') }} as occurred_at,
        {{ utc_timestamp('recorded_at') }} as recorded_at,
        _file_date,
        _line,
        _load_id
    from source
),

ranked as (
    select
        *,
        {{ latest_version('event_id', 'recorded_at', content='duration_seconds_text') }}
            as is_latest_version
    from events
)

select
    -- keys
    event_id,
    account_id,
    device_id,
    product_id,

    -- attributes
    event_type,
    feature,
    platform,

    -- measures
    duration_seconds,

    -- timestamps
    occurred_at,
    recorded_at,

    {{ value_issues({
        'event_type_text': 'event_type',
        'duration_seconds_text': 'duration_seconds',
        'occurred_at_text': 'occurred_at',
        'recorded_at_text': 'recorded_at'
    }) }} as _issues,
    _line,
    _load_id
from ranked
where is_latest_version
