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
            "type": "VARCHAR"
        }) }} as posted,
        payload,
        _file_date,
        _load_id
    from {{ source('email', 'events') }}
),

typed as (
    select
        source.posted.sg_event_id as event_id,
        split_part(source.posted.sg_message_id, '.', 1) as message_id,
        {{ normalize_email('source.posted.email') }} as email,
        source.posted.event as event_type,
        source.posted.singlesend_id as campaign_id,
        source.posted.singlesend_name as campaign_name,
        coalesce(
            {{ json_text('source.posted.category', '$[0]') }},
            {{ json_text('source.posted.category', '$') }}
        ) as campaign_kind,
        source.posted.url as clicked_url,
        source.posted.reason as failure_reason,
        source.posted.type as bounce_type,
        source.posted.campaign_group as campaign_group,
        coalesce({{ dbt.safe_cast('source.posted.sg_machine_open', 'boolean') }}, false)
            as is_machine_open,
        {{ epoch_to_timestamp("source.posted['timestamp']") }}
            as occurred_at,
        {{ value_issues({"source.posted['timestamp']": 'occurred_at'}) }} as _issues,
        source.payload,
        source._file_date,
        source._load_id
    from source
),

versions as (
    select
        *,
        row_number() over (
            partition by event_id
            order by occurred_at asc, _file_date desc, md5(payload)
        ) as version_order
    from typed
)

select
    event_id,
    message_id,
    email,
    event_type,
    campaign_id,
    campaign_name,
    campaign_kind,
    clicked_url,
    failure_reason,
    bounce_type,
    campaign_group,
    is_machine_open,
    occurred_at,
    _issues,
    _load_id
from versions
where version_order = 1
