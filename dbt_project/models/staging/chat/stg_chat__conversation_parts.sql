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
                "author": {
                    "type": "VARCHAR",
                    "id": "VARCHAR",
                    "name": "VARCHAR",
                    "email": "VARCHAR",
                    "from_ai_agent": "VARCHAR",
                    "is_ai_answer": "VARCHAR"
                }
            },
            "conversation_parts": {
                "conversation_parts": [{
                    "id": "VARCHAR",
                    "part_type": "VARCHAR",
                    "body": "VARCHAR",
                    "created_at": "VARCHAR",
                    "author": {
                        "type": "VARCHAR",
                        "id": "VARCHAR",
                        "name": "VARCHAR",
                        "email": "VARCHAR",
                        "from_ai_agent": "VARCHAR",
                        "is_ai_answer": "VARCHAR"
                    },
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
        'opening' as part_type,
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
        {{ epoch_to_timestamp('created_at_text') }} as created_at,
        {{ meaning_of('chat', 'author_type', "author['type']") }} as author_meaning,
        lower(trim(part_type)) as part_word
    from parts
),

part_types as (
    select * from {{ ref('conversation_part_types') }}
),

listed_parts as (
    select
        typed_parts.*,
        part_types.part_type as part_kind,
        part_types.is_public as is_listed_as_public,
        part_types.status_slug,
        part_types.is_assignment as is_listed_as_assignment
    from typed_parts
    left join part_types
        on typed_parts.part_word = part_types.part_type
)

select
    conversation_id,
    part_id,
    case when part_type = 'opening' then 'comment' else part_word end
        as part_type,
    author['id'] as author_id,
    -- Bots and AI agents also sign as an admin: a flag, their address or their name tells.
    case
        when
            author_meaning = 'agent'
            and (
                lower(author['from_ai_agent']) = 'true'
                or lower(author['is_ai_answer']) = 'true'
                or {{ is_machine_agent('chat', [
                    "author['name']", "author['email']"
                ]) }}
            )
            then 'bot'
        else coalesce(author_meaning, 'system')
    end as author_type,
    assignee_type,
    assignee_id,
    body,
    -- A reply may ride on an assignment or a closing; a note is for colleagues.
    body is not null as is_message,
    -- A part of a kind that is not listed counts as internal, so that it stops no clock.
    coalesce(is_listed_as_public, false) as is_public,
    status_slug,
    coalesce(is_listed_as_assignment, false) as is_assignment,
    created_at,
    {{ value_issues({
        'created_at_text': 'created_at',
        "author['type']": 'author_meaning',
        'part_word': 'part_kind'
    }) }} as _issues,
    _line,
    _load_id
from listed_parts
