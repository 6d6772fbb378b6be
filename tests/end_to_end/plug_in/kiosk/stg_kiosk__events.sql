with source as (
    select
        *,
        {{ json_text('payload', '$.event_id') }} as event_id,
        {{ json_text('payload', '$.at') }} as at_text
    from {{ source('kiosk', 'events') }}
),

versions as (
    select
        *,
        {{ utc_timestamp('at_text') }} as happened_at,
        {{ latest_version('event_id', content='_line') }} as is_latest_version
    from source
)

select
    event_id,
    {{ json_text('payload', '$.kind') }} as event_kind,
    {{ json_text('payload', '$.buyer_id') }} as buyer_id,
    {{ json_text('payload', '$.subject_id') }} as subject_id,
    {{ json_text('payload', '$.words') }} as event_value,
    happened_at,
    {{ value_issues({'at_text': 'happened_at'}) }} as _issues,
    _line,
    _load_id
from versions
where is_latest_version
