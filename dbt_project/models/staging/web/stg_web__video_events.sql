with source as (
    select * from {{ source('web', 'video_events') }}
),

messages as (
    select
        {{ json_fields('payload', {
            "messageId": "VARCHAR",
            "event": "VARCHAR",
            "anonymousId": "VARCHAR",
            "userId": "VARCHAR",
            "properties": {
                "session_id": "VARCHAR",
                "asset_id": "VARCHAR",
                "content_asset_id": "VARCHAR",
                "content_asset_ids": ["VARCHAR"],
                "position": "VARCHAR",
                "total_length": "VARCHAR",
                "product_id": "VARCHAR"
            },
            "context": {
                "device": {"id": "VARCHAR", "type": "VARCHAR"},
                "page": {"path": "VARCHAR"},
                "locale": "VARCHAR",
                "userAgent": "VARCHAR"
            },
            "originalTimestamp": "VARCHAR",
            "sentAt": "VARCHAR",
            "receivedAt": "VARCHAR",
            "timestamp": "VARCHAR"
        }) }} as message,
        {{ number_hash(['payload']) }} as payload_hash,
        _file_date,
        _line,
        _load_id
    from source
),

deliveries as (
    select
        message,
        {{ meaning_of('web', 'video_event', "message['event']") }} as player_action,
        {{ delivered_number("message['properties']['position']", 'duration_seconds') }}
            as position_seconds,
        {{ delivered_number("message['properties']['total_length']", 'duration_seconds') }}
            as length_seconds,
        {{ utc_timestamp("message['originalTimestamp']", 'device_time') }} as device_occurred_at,
        {{ utc_timestamp("message['sentAt']", 'device_time') }} as sent_at,
        {{ utc_timestamp("message['receivedAt']") }} as received_at,
        {{ utc_timestamp("message['timestamp']") }} as corrected_at,
        payload_hash,
        _file_date,
        _line,
        _load_id
    from messages
),

-- Retries bear the same id: the first that arrived stands, whichever file is read first.
ranked as (
    select
        *,
        {{ delivery_rank("message['messageId']", 'received_at') }} as arrival_rank
    from deliveries
)

select
    -- keys
    message['messageId'] as message_id,
    nullif(message['properties']['session_id'], '') as playback_id,
    nullif(message['anonymousId'], '') as anonymous_id,
    nullif(message['userId'], '') as user_id,
    nullif(message['context']['device']['id'], '') as device_id,
    -- The spec names the video of a playback in a list, of a heartbeat by itself.
    coalesce(
        message['properties']['asset_id'],
        message['properties']['content_asset_id'],
        {{ list_item("message['properties']['content_asset_ids']", 1) }}
    ) as video_id,
    message['properties']['product_id'] as product_id,

    -- attributes
    player_action,
    case when nullif(message['context']['device']['id'], '') is null then 'web' else 'app' end
        as channel_slug,
    message['context']['device']['type'] as device_type,
    message['context']['page']['path'] as page_path,
    message['context']['locale'] as locale_code,
    message['context']['userAgent'] as user_agent,

    -- measures
    position_seconds,
    length_seconds,

    -- timestamps
    coalesce(corrected_at, received_at - (sent_at - device_occurred_at), received_at)
        as occurred_at,
    received_at,

    {{ value_issues({
        "message['event']": 'player_action',
        "message['properties']['position']": 'position_seconds',
        "message['properties']['total_length']": 'length_seconds',
        "message['originalTimestamp']": 'device_occurred_at',
        "message['sentAt']": 'sent_at',
        "message['receivedAt']": 'received_at',
        "message['timestamp']": 'corrected_at'
    }) }} as _issues,
    _line,
    _load_id
from ranked
where arrival_rank = 1
