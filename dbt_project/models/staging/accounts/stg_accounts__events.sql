with source as (
    select * from {{ source('accounts', 'events') }}
),

exports as (
    select
        {{ json_fields('payload', {
            "eventId": "VARCHAR",
            "accountId": "VARCHAR",
            "type": "VARCHAR",
            "occurredAt": "VARCHAR",
            "request": {"type": "VARCHAR", "outcome": "VARCHAR", "orderNumber": "VARCHAR"},
            "post": {"threadId": "VARCHAR", "language": "VARCHAR", "text": "VARCHAR"}
        }) }} as account_event,
        md5(payload) as payload_hash,
        _file_date,
        _line,
        _load_id
    from source
),

events as (
    select
        account_event,
        {{ utc_timestamp("account_event['occurredAt']") }} as occurred_at,
        {{ meaning_of('accounts', 'event_type', "account_event['type']") }} as event_type,
        {{ meaning_of('accounts', 'request_outcome', "account_event['request']['outcome']") }}
            as request_outcome,
        _file_date,
        _line,
        _load_id,
        {{ latest_version("account_event['eventId']") }} as is_latest_version
    from exports
)

select
    -- keys
    account_event['eventId'] as event_id,
    account_event['accountId'] as account_id,
    account_event['request']['orderNumber'] as order_number,
    account_event['post']['threadId'] as forum_thread_id,

    -- attributes
    event_type,
    account_event['request']['type'] as request_type,
    request_outcome,
    account_event['post']['language'] as language,
    account_event['post']['text'] as body,

    -- timestamps
    occurred_at,

    {{ value_issues({
        "account_event['occurredAt']": 'occurred_at',
        "account_event['type']": 'event_type',
        "account_event['request']['outcome']": 'request_outcome'
    }) }} as _issues,
    _line,
    _load_id
from events
where is_latest_version
