with source as (
    select * from {{ source('sensors', 'geofence_events') }}
),

-- Where a phone was is not read, even if the vendor sends it: near which store is all.
exports as (
    select
        {{ json_fields('payload', {
            "_id": "VARCHAR",
            "type": "VARCHAR",
            "createdAt": "VARCHAR",
            "actualCreatedAt": "VARCHAR",
            "user": {"deviceId": "VARCHAR", "metadata": {"location_consent": "VARCHAR"}},
            "geofence": {"externalId": "VARCHAR"}
        }) }} as geofence_event,
        md5(payload) as payload_hash,
        _file_date,
        _line,
        _load_id
    from source
),

typed_events as (
    select
        geofence_event,
        {{ meaning_of('sensors', 'geofence_event', "geofence_event['type']") }} as crossing,
        try_cast(geofence_event['user']['metadata']['location_consent'] as boolean)
            as stated_consent,
        {{ utc_timestamp("geofence_event['createdAt']") }} as received_at,
        {{ utc_timestamp("geofence_event['actualCreatedAt']") }} as crossed_at,
        payload_hash,
        _file_date,
        _line,
        _load_id
    from exports
),

ranked_events as (
    select
        *,
        {{ latest_version("geofence_event['_id']", 'received_at') }} as is_latest_version
    from typed_events
)

select
    -- keys
    geofence_event['_id'] as event_id,
    nullif(trim(geofence_event['geofence']['externalId']), '') as store_id,
    case
        when coalesce(stated_consent, false)
            then nullif(trim(geofence_event['user']['deviceId']), '')
    end as device_id,

    -- attributes
    crossing,

    -- flags
    coalesce(stated_consent, false) as has_location_consent,

    -- timestamps
    coalesce(crossed_at, received_at) as occurred_at,
    received_at,

    {{ value_issues({
        "geofence_event['type']": 'crossing',
        "geofence_event['user']['metadata']['location_consent']": 'stated_consent',
        "geofence_event['createdAt']": 'received_at',
        "geofence_event['actualCreatedAt']": 'crossed_at'
    }) }} as _issues,
    _line,
    _load_id
from ranked_events
where is_latest_version
