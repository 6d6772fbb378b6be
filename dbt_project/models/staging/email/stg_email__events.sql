with source as (
    select
        {{ json_fields('payload', {
            "sg_event_id": "VARCHAR",
            "sg_message_id": "VARCHAR",
            "email": "VARCHAR",
            "timestamp": "VARCHAR",
            "event": "VARCHAR",
            "category": "JSON",
            "singlesend_id": "VARCHAR",
            "singlesend_name": "VARCHAR",
            "sg_machine_open": "VARCHAR",
            "url": "VARCHAR",
            "reason": "VARCHAR",
            "campaign_group": "VARCHAR",
            "type": "VARCHAR",
            "useragent": "VARCHAR",
            "ip": "VARCHAR"
        }) }} as posted,
        payload,
        _file_date,
        _line,
        _load_id
    from {{ source('email', 'events') }}
),

event_types as (
    select * from {{ ref('email_event_types') }}
),

-- An event that is posted again is one record; so is one without an id.
typed as (
    select
        coalesce(
            nullif(source.posted.sg_event_id, ''),
            {{ surrogate_key([
                'source.posted.sg_message_id',
                'source.posted.email',
                'source.posted.event',
                "source.posted['timestamp']"
            ]) }}
        ) as event_id,
        {{ surrogate_key([
            'source.posted.sg_event_id',
            'source.posted.sg_message_id',
            'source.posted.email',
            'source.posted.event',
            "source.posted['timestamp']"
        ]) }} as record_key,
        nullif(split_part(source.posted.sg_message_id, '.', 1), '') as message_id,
        {{ normalize_email('source.posted.email') }} as email,
        lower(trim(source.posted.event)) as told_event_type,
        source.posted.singlesend_id as campaign_id,
        source.posted.singlesend_name as campaign_name,
        coalesce(
            {{ json_text('source.posted.category', '$[0]') }},
            {{ json_text('source.posted.category', '$') }}
        ) as campaign_kind,
        source.posted.url as clicked_url,
        source.posted.reason as failure_reason,
        source.posted.type as bounce_type,
        source.posted.campaign_group,
        nullif(trim(source.posted.useragent), '') as user_agent,
        nullif(trim(source.posted.ip), '') as ip_address,
        coalesce({{ dbt.safe_cast('source.posted.sg_machine_open', 'boolean') }}, false)
            as is_machine_open,
        source.posted.event as event_type_text,
        source.posted['timestamp'] as occurred_at_text,
        {{ epoch_to_timestamp("source.posted['timestamp']") }} as occurred_at,
        source.payload,
        source._file_date,
        source._line,
        source._load_id
    from source
),

versions as (
    select
        typed.*,
        event_types.event_type,
        coalesce(event_types.is_once_per_message, false) as is_once_per_message,
        row_number() over (
            partition by typed.record_key
            order by
                typed.occurred_at asc,
                typed._file_date desc,
                md5(typed.payload) asc,
                typed._load_id asc,
                typed._line asc
        ) as version_order
    from typed
    left join event_types
        on typed.told_event_type = event_types.event_type
),

records as (
    select
        *,
        row_number() over (
            partition by event_id
            order by occurred_at asc, record_key asc
        ) as id_order,
        -- What the provider sends again after a failure bears a new id.
        row_number() over (
            partition by
                message_id,
                email,
                told_event_type,
                campaign_id,
                clicked_url,
                case
                    when message_id is null or not is_once_per_message
                        then coalesce(cast(occurred_at as varchar), event_id)
                end
            order by occurred_at asc, event_id asc, record_key asc
        ) as event_order
    from versions
    where version_order = 1
)

select
    event_id,
    message_id,
    email,
    told_event_type as event_type,
    campaign_id,
    campaign_name,
    campaign_kind,
    clicked_url,
    failure_reason,
    bounce_type,
    campaign_group,
    user_agent,
    ip_address,
    is_machine_open,
    id_order > 1 or event_order > 1 as is_repeat,
    occurred_at,
    {{ value_issues({
        'event_type_text': 'event_type',
        'occurred_at_text': 'occurred_at'
    }) }} as _issues,
    _line,
    _load_id
from records
