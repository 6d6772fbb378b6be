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
        _load_id
    from ranked_exports
    where is_latest_version
),

nested_parts as (
    select
        conversation['id'] as conversation_id,
        {{ one_row_per("conversation['conversation_parts']['conversation_parts']") }} as part,
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
)

select
    typed_parts.conversation_id,
    typed_parts.part_id,
    case when typed_parts.part_type = 'opening' then 'comment' else typed_parts.part_word end
        as part_type,
    typed_parts.author['id'] as author_id,
    -- Bots and AI agents also sign as an admin: a flag, their address or their name tells.
    case
        when
            typed_parts.author_meaning = 'agent'
            and (
                lower(typed_parts.author['from_ai_agent']) = 'true'
                or lower(typed_parts.author['is_ai_answer']) = 'true'
                or {{ is_machine_agent('chat', [
                    "typed_parts.author['name']", "typed_parts.author['email']"
                ]) }}
            )
            then 'bot'
        else coalesce(typed_parts.author_meaning, 'system')
    end as author_type,
    typed_parts.assignee_type,
    typed_parts.assignee_id,
    typed_parts.body,
    -- A reply may ride on an assignment or a closing; a note is for colleagues.
    typed_parts.body is not null as is_message,
    -- A part of a kind that is not listed counts as internal, so that it stops no clock.
    coalesce(part_types.is_public, false) as is_public,
    part_types.status_slug,
    coalesce(part_types.is_assignment, false) as is_assignment,
    typed_parts.created_at,
    {{ value_issues({
        'typed_parts.created_at_text': 'typed_parts.created_at',
        "typed_parts.author['type']": 'typed_parts.author_meaning',
        'typed_parts.part_word': 'part_types.part_type'
    }) }} as _issues,
    typed_parts._load_id
from typed_parts
left join part_types
    on typed_parts.part_word = part_types.part_type
