with source as (
    select * from {{ source('chat', 'conversations') }}
),

-- One pass over the text. An unrated conversation has an empty rating object, which reads as null.
exports as (
    select
        {{ json_fields('payload', {
            "id": "VARCHAR",
            "created_at": "VARCHAR",
            "updated_at": "VARCHAR",
            "state": "VARCHAR",
            "team_assignee_id": "VARCHAR",
            "tags": {"tags": [{"name": "VARCHAR"}]},
            "conversation_rating": {
                "rating": "VARCHAR",
                "remark": "VARCHAR",
                "created_at": "VARCHAR"
            },
            "source": {
                "delivered_as": "VARCHAR",
                "author": {"type": "VARCHAR", "id": "VARCHAR"}
            },
            "contacts": {"contacts": [{"id": "VARCHAR"}]},
            "statistics": {"count_conversation_parts": "VARCHAR"},
            "conversation_parts": {
                "conversation_parts": [{"id": "VARCHAR"}],
                "total_count": "VARCHAR"
            },
            "custom_attributes": {
                "Contact reason": "VARCHAR",
                "Order number": "VARCHAR",
                "Language": "VARCHAR",
                "Resolved": "VARCHAR"
            }
        }) }} as conversation,
        md5(payload) as payload_hash,
        _file_date,
        _line,
        _load_id
    from source
),

typed_exports as (
    select
        conversation,
        {{ delivered_number("conversation['conversation_rating']['rating']", 'rating') }}
            as rating_value,
        greatest(
            {{ delivered_number(
                "conversation['conversation_parts']['total_count']", 'count', 'integer'
            ) }},
            {{ delivered_number(
                "conversation['statistics']['count_conversation_parts']", 'count', 'integer'
            ) }}
        ) as stated_part_count,
        coalesce(
            {{ list_size("conversation['conversation_parts']['conversation_parts']") }}, 0
        ) as delivered_part_count,
        {{ meaning_of(
            'chat', 'is_resolved', "conversation['custom_attributes']['Resolved']"
        ) }} as stated_resolution,
        {{ epoch_to_timestamp("conversation['conversation_rating']['created_at']") }} as rated_at,
        {{ epoch_to_timestamp("conversation['created_at']") }} as opened_at,
        {{ epoch_to_timestamp("conversation['updated_at']") }} as updated_at,
        payload_hash,
        _file_date,
        _line,
        _load_id
    from exports
),

ranked_exports as (
    select
        *,
        -- A rating between two stars is none: it must not be rounded into a band.
        case
            when rating_value = floor(rating_value)
                then {{ delivered_number('rating_value', 'count', 'integer') }}
        end as rating,
        -- By its own count the conversation has parts that the export does not hold.
        case when stated_part_count <= delivered_part_count then delivered_part_count end
            as complete_part_count,
        {{ latest_version("conversation['id']", 'updated_at') }} as is_latest_version
    from typed_exports
)

select
    conversation['id'] as conversation_id,
    {{ list_item("conversation['contacts']['contacts']", 1) }}['id'] as contact_id,
    -- The opening message bears its first author for good: a lead that the messenger has merged
    -- into the only contact of the conversation since.
    case
        when
            conversation['source']['author']['type'] in ('user', 'lead', 'contact')
            and {{ list_size("conversation['contacts']['contacts']") }} = 1
            and conversation['source']['author']['id']
            != {{ list_item("conversation['contacts']['contacts']", 1) }}['id']
            then conversation['source']['author']['id']
    end as merged_contact_id,
    conversation['team_assignee_id'] as team_assignee_id,
    conversation['source']['delivered_as'] as delivered_as,
    conversation['state'] as state,
    {{ items_as(
        "coalesce(conversation['tags']['tags'], " ~ list_of([]) ~ ')', 'tag', "tag['name']"
    ) }} as tags,
    nullif(trim(conversation['custom_attributes']['Contact reason']), '') as source_contact_reason,
    nullif(trim(conversation['custom_attributes']['Order number']), '') as order_number,
    lower(nullif(trim(conversation['custom_attributes']['Language']), '')) as language,
    stated_resolution,
    nullif(trim(conversation['conversation_rating']['rating']), '') as rating_text,
    rating,
    nullif(trim(conversation['conversation_rating']['remark']), '') as rating_remark,
    stated_part_count is not null and complete_part_count is null as is_cut,
    rated_at,
    opened_at,
    updated_at,
    {{ value_issues({
        "conversation['conversation_rating']['rating']": 'rating',
        'stated_part_count': 'complete_part_count',
        "conversation['custom_attributes']['Resolved']": 'stated_resolution',
        "conversation['conversation_rating']['created_at']": 'rated_at',
        "conversation['created_at']": 'opened_at',
        "conversation['updated_at']": 'updated_at'
    }) }} as _issues,
    _line,
    _load_id
from ranked_exports
where is_latest_version
