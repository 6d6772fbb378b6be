with source as (
    select * from {{ source('social', 'posts') }}
),

exports as (
    select
        {{ json_fields('payload', {
            "id": "VARCHAR",
            "network": "VARCHAR",
            "type": "VARCHAR",
            "direction": "VARCHAR",
            "author": {"handle": "VARCHAR", "name": "VARCHAR"},
            "in_reply_to": {"id": "VARCHAR", "handle": "VARCHAR"},
            "conversation_id": "VARCHAR",
            "text": "VARCHAR",
            "lang": "VARCHAR",
            "topic": "VARCHAR",
            "desk": {
                "team": "VARCHAR",
                "reply_seconds": "VARCHAR",
                "work_seconds": "VARCHAR",
                "closed": "VARCHAR"
            },
            "created_at": "VARCHAR",
            "updated_at": "VARCHAR"
        }) }} as post,
        md5(payload) as payload_hash,
        _file_date,
        _line,
        _load_id
    from source
),

typed_exports as (
    select
        post,
        {{ meaning_of('social', 'direction', "post['direction']") }} as written_by,
        {{ meaning_of('social', 'post_type', "post['type']") }} as post_kind,
        {{ delivered_number("post['desk']['reply_seconds']", 'duration_seconds') }}
            as reply_seconds,
        {{ delivered_number("post['desk']['work_seconds']", 'duration_seconds') }} as work_seconds,
        try_cast(post['desk']['closed'] as boolean) as is_closed_or_null,
        {{ utc_timestamp("post['created_at']") }} as posted_at,
        {{ utc_timestamp("post['updated_at']") }} as updated_at,
        payload_hash,
        _file_date,
        _line,
        _load_id
    from exports
),

ranked_exports as (
    select
        *,
        {{ latest_version("post['id']", 'updated_at') }} as is_latest_version
    from typed_exports
)

select
    -- keys
    post['id'] as post_id,
    post['conversation_id'] as conversation_id,
    post['in_reply_to']['id'] as replied_post_id,
    post['desk']['team'] as team_id,

    -- attributes
    post['network'] as network_slug,
    lower(trim(post['type'])) as post_type,
    -- post or direct_message.
    post_kind,
    -- customer or brand.
    written_by,
    lower(trim(leading '@' from post['author']['handle'])) as author_handle,
    post['author']['name'] as author_name,
    lower(trim(leading '@' from post['in_reply_to']['handle'])) as replied_handle,
    post['text'] as body,
    lower(post['lang']) as language,
    post['topic'] as topic,

    -- measures
    reply_seconds,
    work_seconds,

    -- flags
    coalesce(written_by = 'brand', false) as is_from_brand,
    coalesce(written_by = 'brand', false)
    and {{ is_machine_agent('social', ["post['author']['name']", "post['author']['handle']"]) }}
        as is_from_machine,
    coalesce(is_closed_or_null, false) as is_closing,

    -- timestamps
    posted_at,
    updated_at,

    {{ value_issues({
        "post['desk']['reply_seconds']": 'reply_seconds',
        "post['desk']['work_seconds']": 'work_seconds',
        "post['desk']['closed']": 'is_closed_or_null',
        "post['direction']": 'written_by',
        "post['type']": 'post_kind',
        "post['created_at']": 'posted_at',
        "post['updated_at']": 'updated_at'
    }) }} as _issues,
    _line,
    _load_id
from ranked_exports
where is_latest_version
