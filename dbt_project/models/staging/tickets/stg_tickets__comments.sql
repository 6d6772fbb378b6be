with source as (
    select * from {{ source('tickets', 'comments') }}
),

exports as (
    select
        {{ json_fields('payload', {
            "id": "VARCHAR",
            "ticket_id": "VARCHAR",
            "author_id": "VARCHAR",
            "audit_id": "VARCHAR",
            "via": {"channel": "VARCHAR", "source": {"rel": "VARCHAR"}},
            "body": "VARCHAR",
            "plain_body": "VARCHAR",
            "public": "VARCHAR",
            "created_at": "VARCHAR"
        }) }} as ticket_comment,
        md5(payload) as payload_hash,
        _file_date,
        _line,
        _load_id
    from source
),

-- A comment has no time of change; a later export of it differs only where it was redacted.
ranked_exports as (
    select
        *,
        {{ latest_version("ticket_comment['id']") }} as is_latest_version
    from exports
),

typed_comments as (
    select
        ticket_comment,
        try_cast(ticket_comment['public'] as boolean) as is_public_or_null,
        {{ utc_timestamp("ticket_comment['created_at']") }} as commented_at,
        _line,
        _load_id
    from ranked_exports
    where is_latest_version
)

select
    ticket_comment['id'] as comment_id,
    ticket_comment['ticket_id'] as ticket_id,
    ticket_comment['author_id'] as author_id,
    ticket_comment['audit_id'] as audit_id,
    ticket_comment['via']['channel'] as via_channel,
    ticket_comment['via']['source']['rel'] as via_relation,
    -- A merge, a rule or a bot writes under the name of whoever set it off.
    coalesce(
        {{ meaning_of('tickets', 'via_relation', "ticket_comment['via']['source']['rel']") }},
        {{ meaning_of('tickets', 'via_channel', "ticket_comment['via']['channel']") }}
    ) as machine_type,
    coalesce(ticket_comment['plain_body'], ticket_comment['body']) as body,
    -- Unknown visibility counts as internal, so the comment stops no response clock.
    coalesce(is_public_or_null, false) as is_public,
    commented_at,
    {{ value_issues({
        "ticket_comment['created_at']": 'commented_at',
        "ticket_comment['public']": 'is_public_or_null'
    }) }} as _issues,
    _line,
    _load_id
from typed_comments
