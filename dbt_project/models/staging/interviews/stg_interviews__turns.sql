with source as (
    select * from {{ source('interviews', 'interviews') }}
),

exports as (
    select
        {{ json_fields('payload', {
            "id": "VARCHAR",
            "updated_at": "VARCHAR",
            "transcript": [{
                "speaker": "VARCHAR",
                "start": "VARCHAR",
                "end": "VARCHAR",
                "text": "VARCHAR"
            }]
        }) }} as interview,
        md5(payload) as payload_hash,
        _file_date,
        _line,
        _load_id
    from source
),

ranked_exports as (
    select
        *,
        {{ latest_version("interview['id']", utc_timestamp("interview['updated_at']")) }}
            as is_latest_version
    from exports
),

nested_turns as (
    select
        interview['id'] as interview_id,
        {{ one_row_per_place({
            'turn': "interview['transcript']",
            'turn_number': numbers_to(list_size("interview['transcript']"))
        }) }},
        _line,
        _load_id
    from ranked_exports
    where is_latest_version
),

typed_turns as (
    select
        interview_id,
        turn_number,
        nullif(trim(turn['speaker']), '') as speaker_id,
        nullif(trim(turn['text']), '') as body,
        turn['start'] as start_text,
        turn['end'] as end_text,
        {{ delivered_number("turn['start']", 'duration_seconds') }} as starts_at_second,
        {{ delivered_number("turn['end']", 'duration_seconds') }} as ends_at_second,
        _line,
        _load_id
    from nested_turns
)

select
    -- keys
    interview_id,
    -- The order of the document counts: people talk at once, and a tool may know no times.
    turn_number,
    speaker_id,

    -- attributes
    body,

    -- measures
    starts_at_second,
    ends_at_second,

    {{ value_issues({
        'start_text': 'starts_at_second',
        'end_text': 'ends_at_second'
    }) }} as _issues,
    _line,
    _load_id
from typed_turns
