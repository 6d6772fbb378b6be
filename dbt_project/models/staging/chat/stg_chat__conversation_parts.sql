with source as (
    select * from {{ source('chat', 'conversations') }}
),

exports as (
    select
        {{ json_fields('payload', {
            "id": "VARCHAR",
            "created_at": "VARCHAR",
            "updated_at": "VARCHAR",
            "source": {
                "body": "VARCHAR",
                "author": {"type": "VARCHAR", "id": "VARCHAR", "email": "VARCHAR"}
            },
            "conversation_parts": {
                "conversation_parts": [{
                    "id": "VARCHAR",
                    "part_type": "VARCHAR",
                    "body": "VARCHAR",
                    "created_at": "VARCHAR",
                    "author": {"type": "VARCHAR", "id": "VARCHAR", "email": "VARCHAR"},
                    "assigned_to": {"type": "VARCHAR", "id": "VARCHAR"}
                }]
            }
        }) }} as conversation,
        md5(payload) as payload_hash,
        _file_date,
        _line,
        _load_id
    from source
),

ranked_exports as (
    select
        *,
        {{ latest_version("conversation['id']", epoch_to_timestamp("conversation['updated_at']")) }}
            as is_latest_version
    from exports
),

conversations as (
    select
        conversation,
        _line,
        _load_id
    from ranked_exports
    where is_latest_version
),

nested_parts as (
    select
        conversation['id'] as conversation_id,
        {{ one_row_per("conversation['conversation_parts']['conversation_parts']") }} as part,
        _line,
        _load_id
    from conversations
),

-- The opening message stands outside the list of parts.
parts as (
    select
        conversation['id'] as conversation_id,
        'opening' as part_id,
        'comment' as part_type,
        conversation['source']['author'] as author,
        cast(null as varchar) as assignee_type,
        cast(null as varchar) as assignee_id,
        conversation['source']['body'] as html_body,
        conversation['created_at'] as created_at_text,
        _line,
        _load_id
    from conversations

    union all

    select
        conversation_id,
        part['id'] as part_id,
        part['part_type'] as part_type,
        part['author'] as author,
        part['assigned_to']['type'] as assignee_type,
        part['assigned_to']['id'] as assignee_id,
        part['body'] as html_body,
        part['created_at'] as created_at_text,
        _line,
        _load_id
    from nested_parts
),

typed_parts as (
    select
        *,
        nullif(trim({{ replaced_matches('html_body', '<[^>]*>', ' ') }}), '') as body,
        {{ epoch_to_timestamp('created_at_text') }} as created_at
    from parts
)

select
    conversation_id,
    part_id,
    part_type,
    author['id'] as author_id,
    -- The messenger's own bot also signs as an admin: only its address tells.
    case
        when author['type'] in ('user', 'lead', 'contact') then 'customer'
        when author['type'] = 'bot' or author['email'] like 'operator+%@intercom.io' then 'bot'
        when author['type'] = 'admin' then 'agent'
        else 'system'
    end as author_type,
    assignee_type,
    assignee_id,
    body,
    -- A reply may ride on an assignment or a closing; a note is for colleagues.
    body is not null as is_message,
    coalesce(part_type != 'note', true) as is_public,
    created_at,
    {{ value_issues({'created_at_text': 'created_at'}) }} as _issues,
    _line,
    _load_id
from typed_parts
