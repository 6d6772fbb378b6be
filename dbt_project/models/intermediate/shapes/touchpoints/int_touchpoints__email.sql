{{ config(materialized='view') }}

-- Processed, deferred and dropped are the provider's own affairs: no customer noticed.
with events as (
    select * from {{ ref('int_email__events') }}
),

event_types as (
    select * from {{ ref('email_event_types') }}
    where touchpoint_type_slug is not null
)

select
    {{ surrogate_key(["'email'", "'events'", 'events.event_id']) }} as touchpoint_key,
    'email' as source_name,
    case when events.email is not null then {{ surrogate_key(["'email'", 'events.email']) }} end
        as profile_key,
    'email' as channel_slug,
    event_types.touchpoint_type_slug,
    events.bounce_type as outcome_slug,
    events.occurred_at,
    events.occurred_at as received_at,
    events.campaign_id as campaign_key,
    events.machine_sign is not null as is_bot,
    events._load_id
from events
inner join event_types
    on events.event_type = event_types.event_type
