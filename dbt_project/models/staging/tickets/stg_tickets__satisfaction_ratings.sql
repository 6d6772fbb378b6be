with source as (
    select * from {{ source('tickets', 'satisfaction_ratings') }}
),

exports as (
    select
        {{ json_fields('payload', {
            "id": "VARCHAR",
            "ticket_id": "VARCHAR",
            "requester_id": "VARCHAR",
            "assignee_id": "VARCHAR",
            "score": "VARCHAR",
            "comment": "VARCHAR",
            "reason": "VARCHAR",
            "created_at": "VARCHAR",
            "updated_at": "VARCHAR"
        }) }} as rating,
        md5(payload) as payload_hash,
        _file_date,
        _line,
        _load_id
    from source
),

typed_exports as (
    select
        rating,
        {{ meaning_of('tickets', 'rating', "rating['score']") }} as rating_meaning,
        {{ utc_timestamp("rating['created_at']") }} as offered_at,
        {{ utc_timestamp("rating['updated_at']") }} as updated_at,
        payload_hash,
        _file_date,
        _line,
        _load_id
    from exports
),

ranked_exports as (
    select
        *,
        {{ latest_version("rating['id']", 'updated_at') }} as is_latest_version
    from typed_exports
)

select
    rating['id'] as rating_id,
    rating['ticket_id'] as ticket_id,
    rating['requester_id'] as requester_id,
    rating['assignee_id'] as assignee_id,
    rating['score'] as rating,
    -- good, bad or no_answer; a word that is not listed is an answer that cannot be scored.
    rating_meaning,
    nullif(trim(rating['comment']), '') as remark,
    rating['reason'] as reason,
    -- `offered` is a question, not an answer.
    rating['score'] is not null
    and coalesce(rating_meaning, '') != 'no_answer' as is_answered,
    offered_at,
    updated_at,
    {{ value_issues({
        "rating['score']": 'rating_meaning',
        "rating['created_at']": 'offered_at',
        "rating['updated_at']": 'updated_at'
    }) }} as _issues,
    _line,
    _load_id
from ranked_exports
where is_latest_version
