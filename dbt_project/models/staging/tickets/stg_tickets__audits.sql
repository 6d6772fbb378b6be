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
            "via": {"channel": "VARCHAR", "source": {"rel": "VARCHAR"}}
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

audits as (
    select
        ticket_audit['id'] as audit_id,
        ticket_audit['ticket_id'] as ticket_id,
        ticket_audit['author_id'] as author_id,
        ticket_audit['via']['channel'] as via_channel,
        ticket_audit['via']['source']['rel'] as via_relation,
        ticket_audit['created_at'] as updated_at_text,
        {{ utc_timestamp("ticket_audit['created_at']") }} as updated_at,
        _line,
        _load_id
    from ranked_exports
    where is_latest_version
)

select
    audit_id,
    ticket_id,
    author_id,
    via_channel,
    via_relation,
    -- A merge, a rule or a bot writes under the name of whoever set it off.
    coalesce(
        {{ meaning_of('tickets', 'via_relation', 'via_relation') }},
        {{ meaning_of('tickets', 'via_channel', 'via_channel') }}
    ) as machine_type,
    updated_at,
    {{ value_issues({'updated_at_text': 'updated_at'}) }} as _issues,
    _line,
    _load_id
from audits
