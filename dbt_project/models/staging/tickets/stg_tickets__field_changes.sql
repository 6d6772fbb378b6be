with source as (
    select * from {{ source('tickets', 'audits') }}
),

exports as (
    select
        {{ json_fields('payload', {
            "id": "VARCHAR",
            "ticket_id": "VARCHAR",
            "author_id": "VARCHAR",
            "created_at": "VARCHAR",
            "via": {"source": {"rel": "VARCHAR"}},
            "events": [{
                "id": "VARCHAR",
                "type": "VARCHAR",
                "field_name": "VARCHAR",
                "value": "VARCHAR",
                "previous_value": "VARCHAR"
            }]
        }) }} as ticket_audit,
        md5(payload) as payload_hash,
        _file_date,
        _line,
        _load_id
    from source
),

ranked_exports as (
    select
        *,
        {{ latest_version("ticket_audit['id']") }} as is_latest_version
    from exports
),

audit_events as (
    select
        ticket_audit['id'] as audit_id,
        ticket_audit['ticket_id'] as ticket_id,
        ticket_audit['author_id'] as author_id,
        ticket_audit['via']['source']['rel'] as via_relation,
        ticket_audit['created_at'] as changed_at_text,
        {{ utc_timestamp("ticket_audit['created_at']") }} as changed_at,
        {{ one_row_per("ticket_audit['events']") }} as field_event,
        _line,
        _load_id
    from ranked_exports
    where is_latest_version
),

worded_events as (
    select
        *,
        case when field_event['field_name'] = 'status' then field_event['value'] end as status_text,
        case
            when field_event['field_name'] = 'satisfaction_score' then field_event['value']
        end as rating_text
    from audit_events
    where field_event['type'] in ('Create', 'Change')
),

understood_events as (
    select
        *,
        {{ meaning_of('tickets', 'status', 'status_text') }} as status_meaning,
        {{ meaning_of('tickets', 'rating', 'rating_text') }} as rating_meaning
    from worded_events
)

select
    audit_id,
    field_event['id'] as change_id,
    ticket_id,
    author_id,
    via_relation,
    field_event['field_name'] as field_name,
    field_event['value'] as field_value,
    field_event['previous_value'] as previous_field_value,
    status_meaning,
    rating_meaning,
    field_event['type'] = 'Create' as is_initial,
    changed_at,
    {{ value_issues({
        'changed_at_text': 'changed_at',
        'status_text': 'status_meaning',
        'rating_text': 'rating_meaning'
    }) }} as _issues,
    _line,
    _load_id
from understood_events
