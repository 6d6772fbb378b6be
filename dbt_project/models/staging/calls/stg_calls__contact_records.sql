with source as (
    select * from {{ source('calls', 'contact_records') }}
),

-- One pass over the text. Keys that differ in case only occur inside Attributes alone, and only the
-- spelling that is asked for here is read.
deliveries as (
    select
        {{ json_fields('payload', {
            "ContactId": "VARCHAR",
            "InitialContactId": "VARCHAR",
            "PreviousContactId": "VARCHAR",
            "NextContactId": "VARCHAR",
            "Channel": "VARCHAR",
            "InitiationMethod": "VARCHAR",
            "DisconnectReason": "VARCHAR",
            "CustomerEndpoint": {"Address": "VARCHAR"},
            "Agent": {
                "Username": "VARCHAR",
                "ConnectedToAgentTimestamp": "VARCHAR",
                "AgentInteractionDuration": "VARCHAR",
                "CustomerHoldDuration": "VARCHAR",
                "AfterContactWorkDuration": "VARCHAR"
            },
            "Queue": {
                "Name": "VARCHAR",
                "EnqueueTimestamp": "VARCHAR",
                "Duration": "VARCHAR"
            },
            "Attributes": {
                "ContactReason": "VARCHAR",
                "OrderNumber": "VARCHAR",
                "Language": "VARCHAR",
                "Resolved": "VARCHAR",
                "CallbackAccepted": "VARCHAR",
                "AgentNotes": "VARCHAR"
            },
            "InitiationTimestamp": "VARCHAR",
            "DisconnectTimestamp": "VARCHAR",
            "TransferCompletedTimestamp": "VARCHAR",
            "LastUpdateTimestamp": "VARCHAR"
        }) }} as contact,
        md5(payload) as payload_hash,
        _file_date,
        _line,
        _load_id
    from source
),

typed_deliveries as (
    select
        contact,
        {{ delivered_number("contact['Agent']['AgentInteractionDuration']", 'duration_seconds') }} as interaction_seconds,
        {{ delivered_number("contact['Agent']['CustomerHoldDuration']", 'duration_seconds') }} as hold_seconds,
        {{ delivered_number("contact['Agent']['AfterContactWorkDuration']", 'duration_seconds') }} as after_call_work_seconds,
        {{ delivered_number("contact['Queue']['Duration']", 'duration_seconds') }} as queue_seconds,
        {{ utc_timestamp("contact['InitiationTimestamp']") }} as initiated_at,
        {{ utc_timestamp("contact['Queue']['EnqueueTimestamp']") }} as enqueued_at,
        {{ utc_timestamp("contact['Agent']['ConnectedToAgentTimestamp']") }} as connected_at,
        {{ utc_timestamp("contact['TransferCompletedTimestamp']") }} as transferred_out_at,
        {{ utc_timestamp("contact['DisconnectTimestamp']") }} as disconnected_at,
        {{ utc_timestamp("contact['LastUpdateTimestamp']") }} as updated_at,
        payload_hash,
        _file_date,
        _line,
        _load_id
    from deliveries
),

-- Delivered at least once, and again with a later update: the latest update counts, once.
ranked_deliveries as (
    select
        *,
        {{ latest_version("contact['ContactId']", 'updated_at') }} as is_latest_version
    from typed_deliveries
)

select
    contact['ContactId'] as contact_id,
    coalesce(contact['InitialContactId'], contact['ContactId']) as initial_contact_id,
    contact['PreviousContactId'] as previous_contact_id,
    contact['NextContactId'] as next_contact_id,
    nullif(trim(contact['CustomerEndpoint']['Address']), '') as customer_phone,
    contact['Agent']['Username'] as agent_name,
    contact['Channel'] as media_channel,
    contact['InitiationMethod'] as initiation_method,
    contact['DisconnectReason'] as disconnect_reason,
    contact['Queue']['Name'] as queue_name,
    nullif(trim(contact['Attributes']['ContactReason']), '') as source_contact_reason,
    nullif(trim(contact['Attributes']['OrderNumber']), '') as order_number,
    lower(nullif(trim(contact['Attributes']['Language']), '')) as language,
    upper(nullif(trim(contact['Attributes']['Resolved']), '')) as resolved_flag,
    nullif(trim(contact['Attributes']['AgentNotes']), '') as agent_notes,
    interaction_seconds,
    hold_seconds,
    after_call_work_seconds,
    queue_seconds,
    coalesce(lower(contact['Attributes']['CallbackAccepted']) = 'true', false)
        as is_callback_accepted,
    initiated_at,
    enqueued_at,
    connected_at,
    transferred_out_at,
    disconnected_at,
    updated_at,
    {{ value_issues({
        "contact['Agent']['AgentInteractionDuration']": 'interaction_seconds',
        "contact['Agent']['CustomerHoldDuration']": 'hold_seconds',
        "contact['Agent']['AfterContactWorkDuration']": 'after_call_work_seconds',
        "contact['Queue']['Duration']": 'queue_seconds',
        "contact['InitiationTimestamp']": 'initiated_at',
        "contact['Queue']['EnqueueTimestamp']": 'enqueued_at',
        "contact['Agent']['ConnectedToAgentTimestamp']": 'connected_at',
        "contact['TransferCompletedTimestamp']": 'transferred_out_at',
        "contact['DisconnectTimestamp']": 'disconnected_at',
        "contact['LastUpdateTimestamp']": 'updated_at'
    }) }} as _issues,
    _line,
    _load_id
from ranked_deliveries
where is_latest_version
