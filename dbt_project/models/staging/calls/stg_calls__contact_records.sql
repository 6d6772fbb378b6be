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
            "AnsweringMachineDetectionStatus": "VARCHAR",
            "ConnectedToSystemTimestamp": "VARCHAR",
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
                "AgentNotes": "VARCHAR",
                "PostCallRating": "VARCHAR"
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
        {{ delivered_number("contact['Agent']['AgentInteractionDuration']", 'duration_seconds') }}
            as interaction_seconds,
        {{ delivered_number("contact['Agent']['CustomerHoldDuration']", 'duration_seconds') }}
            as hold_seconds,
        {{ delivered_number("contact['Agent']['AfterContactWorkDuration']", 'duration_seconds') }}
            as after_call_work_seconds,
        {{ delivered_number("contact['Queue']['Duration']", 'duration_seconds') }} as queue_seconds,
        {{ utc_timestamp("contact['InitiationTimestamp']") }} as initiated_at,
        {{ utc_timestamp("contact['Queue']['EnqueueTimestamp']") }} as enqueued_at,
        {{ utc_timestamp("contact['Agent']['ConnectedToAgentTimestamp']") }} as connected_at,
        {{ utc_timestamp("contact['ConnectedToSystemTimestamp']") }} as customer_connected_at,
        {{ utc_timestamp("contact['TransferCompletedTimestamp']") }} as transferred_out_at,
        {{ utc_timestamp("contact['DisconnectTimestamp']") }} as disconnected_at,
        {{ utc_timestamp("contact['LastUpdateTimestamp']") }} as updated_at,
        {{ meaning_of('calls', 'channel', "contact['Channel']") }} as channel_meaning,
        {{ meaning_of('calls', 'initiation', "contact['InitiationMethod']") }} as begun_by,
        {{ meaning_of('calls', 'ended_by', "contact['DisconnectReason']") }} as ended_by,
        {{ meaning_of('calls', 'answered_by', "contact['AnsweringMachineDetectionStatus']") }}
            as answered_by,
        {{ meaning_of('calls', 'is_resolved', "contact['Attributes']['Resolved']") }}
            as stated_resolution,
        {{ meaning_of(
            'calls', 'is_callback_accepted', "contact['Attributes']['CallbackAccepted']"
        ) }} as callback_answer,
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
),

contacts as (
    select
        *,
        {{ is_machine_agent('calls', ["contact['Agent']['Username']"]) }} as is_machine_agent,
        -- One leg of one call that came under two ids: nobody begins and ends two at one instant.
        row_number() over (
            partition by
                contact['CustomerEndpoint']['Address'],
                contact['InitiationMethod'],
                contact['Agent']['Username'],
                contact['Queue']['Name'],
                initiated_at,
                connected_at,
                disconnected_at,
                case
                    when contact['CustomerEndpoint']['Address'] is null or disconnected_at is null
                        then contact['ContactId']
                end
            order by contact['ContactId']
        ) > 1 as is_repetition
    from ranked_deliveries
    where is_latest_version
)

select
    contact['ContactId'] as contact_id,
    coalesce(contact['InitialContactId'], contact['ContactId']) as initial_contact_id,
    contact['PreviousContactId'] as previous_contact_id,
    contact['NextContactId'] as next_contact_id,
    nullif(trim(contact['CustomerEndpoint']['Address']), '') as customer_phone,
    contact['Agent']['Username'] as agent_name,
    upper(trim(contact['Channel'])) as media_channel,
    upper(trim(contact['InitiationMethod'])) as initiation_method,
    upper(trim(contact['DisconnectReason'])) as disconnect_reason,
    begun_by,
    ended_by,
    contact['Queue']['Name'] as queue_name,
    nullif(trim(contact['Attributes']['ContactReason']), '') as source_contact_reason,
    nullif(trim(contact['Attributes']['OrderNumber']), '') as order_number,
    lower(nullif(trim(contact['Attributes']['Language']), '')) as language,
    stated_resolution,
    nullif(trim(contact['Attributes']['AgentNotes']), '') as agent_notes,
    nullif(trim(contact['Attributes']['PostCallRating']), '') as rating_text,
    interaction_seconds,
    hold_seconds,
    after_call_work_seconds,
    queue_seconds,
    coalesce(callback_answer = 'yes', false) as is_callback_accepted,
    is_repetition,
    -- Two people on the line: the agent is none who is a machine, and of a call that the company
    -- dials the agent's leg alone, a voicemail or an empty line is nobody.
    connected_at is not null
    and not is_machine_agent
    and (
        coalesce(begun_by, '') not in ('dialled', 'dialled_back')
        or (
            customer_connected_at is not null
            and coalesce(answered_by, 'not_told') in ('person', 'not_told')
            and coalesce(ended_by, 'other') != 'not_reached'
        )
    ) as is_conversation,
    initiated_at,
    enqueued_at,
    connected_at,
    customer_connected_at,
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
        "contact['ConnectedToSystemTimestamp']": 'customer_connected_at',
        "contact['Channel']": 'channel_meaning',
        "contact['InitiationMethod']": 'begun_by',
        "contact['DisconnectReason']": 'ended_by',
        "contact['AnsweringMachineDetectionStatus']": 'answered_by',
        "contact['Attributes']['Resolved']": 'stated_resolution',
        "contact['Attributes']['CallbackAccepted']": 'callback_answer',
        "contact['TransferCompletedTimestamp']": 'transferred_out_at',
        "contact['DisconnectTimestamp']": 'disconnected_at',
        "contact['LastUpdateTimestamp']": 'updated_at'
    }) }} as _issues,
    _line,
    _load_id
from contacts
