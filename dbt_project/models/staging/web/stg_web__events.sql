with source as (
    select * from {{ source('web', 'events') }}
),

-- One pass over the text: every path asked for alone would parse the whole message again.
messages as (
    select
        {{ json_fields('payload', {
            "messageId": "VARCHAR",
            "type": "VARCHAR",
            "event": "VARCHAR",
            "name": "VARCHAR",
            "anonymousId": "VARCHAR",
            "userId": "VARCHAR",
            "properties": {
                "product_id": "VARCHAR",
                "order_id": "VARCHAR",
                "checkout_id": "VARCHAR",
                "query": "VARCHAR",
                "results_count": "VARCHAR",
                "error_code": "VARCHAR",
                "topic": "VARCHAR"
            },
            "traits": {
                "email": "VARCHAR",
                "phone": "VARCHAR",
                "firstName": "VARCHAR",
                "lastName": "VARCHAR"
            },
            "context": {
                "app": {"name": "VARCHAR", "version": "VARCHAR"},
                "campaign": {"name": "VARCHAR", "source": "VARCHAR", "medium": "VARCHAR"},
                "device": {"id": "VARCHAR", "type": "VARCHAR"},
                "page": {"path": "VARCHAR", "referrer": "VARCHAR"},
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
        message['messageId'] as message_id,
        nullif(message['anonymousId'], '') as anonymous_id,
        nullif(message['userId'], '') as user_id,
        nullif(message['context']['device']['id'], '') as device_id,
        message['type'] as message_type,
        coalesce(message['event'], message['name']) as event_name,
        message['context']['app']['name'] as app_name,
        message['context']['app']['version'] as app_version,
        message['context']['device']['type'] as device_type,
        message['context']['page']['path'] as page_path,
        message['context']['page']['referrer'] as page_referrer,
        message['context']['campaign']['name'] as campaign_id,
        message['context']['campaign']['source'] as campaign_source,
        message['context']['campaign']['medium'] as campaign_medium,
        message['context']['locale'] as locale_code,
        message['context']['userAgent'] as user_agent,
        message['properties']['product_id'] as product_id,
        message['properties']['order_id'] as order_id,
        message['properties']['checkout_id'] as checkout_id,
        message['properties']['query'] as search_term,
        message['properties']['error_code'] as error_code,
        message['properties']['topic'] as help_topic,
        message['traits']['email'] as email,
        message['traits']['phone'] as phone,
        message['traits']['firstName'] as given_name,
        message['traits']['lastName'] as surname,
        message['properties']['results_count'] as search_result_count_text,
        message['originalTimestamp'] as device_occurred_at_text,
        message['sentAt'] as sent_at_text,
        message['receivedAt'] as received_at_text,
        message['timestamp'] as occurred_at_text,
        {{ delivered_number("message['properties']['results_count']", 'count') }}
            as search_result_count,
        {{ utc_timestamp("message['originalTimestamp']", 'device_time') }} as device_occurred_at,
        {{ utc_timestamp("message['sentAt']", 'device_time') }} as sent_at,
        {{ utc_timestamp("message['receivedAt']") }} as received_at,
        {{ utc_timestamp("message['timestamp']") }} as corrected_at,
        {{ number_hash([
            "message['anonymousId']",
            "message['userId']",
            "message['type']",
            "message['event']",
            "message['name']",
            "message['properties']",
            "message['context']['page']",
            "message['originalTimestamp']"
        ]) }} as content_hash,
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
        {{ delivery_rank("message_id", 'received_at') }} as arrival_rank
    from deliveries
),

-- The same to the millisecond under another id: the client tracked it twice. Ranked among those
-- that stand: of two equal deliveries, each rank might choose the other one.
first_arrivals as (
    select
        *,
        row_number() over (
            partition by content_hash
            order by received_at asc nulls last, _file_date asc, message_id asc
        ) as content_rank
    from ranked
    where arrival_rank = 1
)

select
    -- keys
    message_id,
    anonymous_id,
    user_id,
    device_id,
    product_id,
    order_id,
    checkout_id,
    campaign_id,

    -- attributes
    message_type,
    event_name,
    case when device_id is null then 'web' else 'app' end as channel_slug,
    app_name,
    app_version,
    device_type,
    page_path,
    page_referrer,
    campaign_source,
    campaign_medium,
    locale_code,
    user_agent,
    search_term,
    error_code,
    help_topic,
    email,
    phone,
    given_name,
    surname,

    -- measures
    search_result_count,

    -- flags
    device_occurred_at is not null and content_rank > 1 as is_repeat,

    -- timestamps
    -- The device's clock may be wrong by years: only the difference of its two readings counts.
    coalesce(corrected_at, received_at - (sent_at - device_occurred_at), received_at)
        as occurred_at,
    device_occurred_at,
    sent_at,
    received_at,

    {{ value_issues({
        'search_result_count_text': 'search_result_count',
        'device_occurred_at_text': 'device_occurred_at',
        'sent_at_text': 'sent_at',
        'received_at_text': 'received_at',
        'occurred_at_text': 'corrected_at'
    }) }} as _issues,
    _line,
    _load_id
from first_arrivals
