{{ config(
    materialized='kept',
    unique_key='touchpoint_key',
    unit='device_key',
    changed_by={'int_web__events': 'device_key'},
    whole_by={'int_company__settings': 'session_timeout_minutes'},
    hands_on=['session_key']
) }}

-- A session belongs to a device: signing in goes on with it, only another person's login cuts it.
with web_events as (
    select
        touchpoint_key,
        device_key,
        login_profile_key,
        occurred_at
    from {{ ref('int_web__events') }} {{ affected('device_key') }}
    where device_key is not null
),

settings as (
    select {{ duration_of('session_timeout_minutes', 'minute') }} as session_timeout
    from {{ ref('int_company__settings') }}
),

predecessors as (
    select
        touchpoint_key,
        device_key,
        login_profile_key,
        occurred_at,
        lag(occurred_at) over device_events as previous_at,
        {{ previous_known('login_profile_key') }} over device_events as previous_login_profile_key
    from web_events
    window device_events as (
        partition by device_key
        order by occurred_at asc, login_profile_key is null asc, touchpoint_key asc
    )
),

-- The key comes from the first event, so it holds neither device nor person.
session_starts as (
    select
        touchpoint_key,
        device_key,
        login_profile_key,
        occurred_at,
        case
            when
                previous_at is null
                or occurred_at > previous_at + (select settings.session_timeout from settings)
                or login_profile_key != previous_login_profile_key
                then {{ surrogate_key(["'session'", 'touchpoint_key']) }}
        end as started_session_key
    from predecessors
)

select
    touchpoint_key,
    device_key,
    {{ last_known('started_session_key') }} over (
        partition by device_key
        order by occurred_at asc, login_profile_key is null asc, touchpoint_key asc
        rows between unbounded preceding and current row
    ) as session_key
from session_starts
