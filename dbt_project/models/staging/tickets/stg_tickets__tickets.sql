with source as (
    select * from {{ source('tickets', 'tickets') }}
),

-- One pass over the text: every path asked for alone would parse the whole ticket again.
exports as (
    select
        {{ json_fields('payload', {
            "id": "VARCHAR",
            "via": {"channel": "VARCHAR"},
            "created_at": "VARCHAR",
            "updated_at": "VARCHAR",
            "subject": "VARCHAR",
            "priority": "VARCHAR",
            "status": "VARCHAR",
            "requester_id": "VARCHAR",
            "submitter_id": "VARCHAR",
            "assignee_id": "VARCHAR",
            "group_id": "VARCHAR",
            "tags": ["VARCHAR"],
            "custom_fields": [{"id": "VARCHAR", "value": "VARCHAR"}]
        }) }} as ticket,
        md5(payload) as payload_hash,
        _file_date,
        _line,
        _load_id
    from source
),

typed_exports as (
    select
        ticket,
        {{ meaning_of('tickets', 'status', "ticket['status']") }} as status_meaning,
        {{ utc_timestamp("ticket['created_at']") }} as opened_at,
        {{ utc_timestamp("ticket['updated_at']") }} as updated_at,
        payload_hash,
        _file_date,
        _line,
        _load_id
    from exports
),

-- A ticket is exported again after each change: its latest state counts, whatever arrived last.
ranked_exports as (
    select
        *,
        {{ latest_version("ticket['id']", 'updated_at') }} as is_latest_version
    from typed_exports
)

select
    ticket['id'] as ticket_id,
    ticket['requester_id'] as requester_id,
    ticket['submitter_id'] as submitter_id,
    ticket['assignee_id'] as assignee_id,
    ticket['group_id'] as group_id,
    ticket['via']['channel'] as via_channel,
    ticket['subject'] as subject,
    ticket['priority'] as priority,
    ticket['status'] as status,
    status_meaning,
    coalesce(ticket['tags'], {{ list_of([]) }}) as tags,
    coalesce(ticket['custom_fields'], {{ list_of([]) }}) as custom_fields,
    opened_at,
    updated_at,
    {{ value_issues({
        "ticket['status']": 'status_meaning',
        "ticket['created_at']": 'opened_at',
        "ticket['updated_at']": 'updated_at'
    }) }} as _issues,
    _line,
    _load_id
from ranked_exports
where is_latest_version
