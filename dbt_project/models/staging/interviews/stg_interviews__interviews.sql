with source as (
    select * from {{ source('interviews', 'interviews') }}
),

exports as (
    select
        {{ json_fields('payload', {
            "id": "VARCHAR",
            "project": "VARCHAR",
            "status": "VARCHAR",
            "language": "VARCHAR",
            "scheduled_at": "VARCHAR",
            "started_at": "VARCHAR",
            "ended_at": "VARCHAR",
            "updated_at": "VARCHAR"
        }) }} as interview,
        md5(payload) as payload_hash,
        _file_date,
        _line,
        _load_id
    from source
),

typed_exports as (
    select
        interview,
        {{ meaning_of('interviews', 'status', "interview['status']") }} as interview_status,
        {{ utc_timestamp("interview['scheduled_at']") }} as scheduled_at,
        {{ utc_timestamp("interview['started_at']") }} as started_at,
        {{ utc_timestamp("interview['ended_at']") }} as ended_at,
        {{ utc_timestamp("interview['updated_at']") }} as updated_at,
        payload_hash,
        _file_date,
        _line,
        _load_id
    from exports
),

ranked_exports as (
    select
        *,
        {{ latest_version("interview['id']", 'updated_at') }} as is_latest_version
    from typed_exports
)

select
    -- keys
    interview['id'] as interview_id,

    -- attributes
    interview['project'] as project,
    interview_status,
    lower(nullif(trim(interview['language']), '')) as language,

    -- timestamps
    scheduled_at,
    started_at,
    ended_at,
    updated_at,

    {{ value_issues({
        "interview['status']": 'interview_status',
        "interview['scheduled_at']": 'scheduled_at',
        "interview['started_at']": 'started_at',
        "interview['ended_at']": 'ended_at',
        "interview['updated_at']": 'updated_at'
    }) }} as _issues,
    _line,
    _load_id
from ranked_exports
where is_latest_version
