{{ config(materialized='view') }}


with events as (
    select * from {{ ref('int_email__events') }}
    where email is not null
),

event_types as (
    select * from {{ ref('email_event_types') }}
),

drop_reasons as (
    select * from {{ ref('email_drop_reasons') }}
    where is_opt_out
),

-- What the provider drops because its recipient wants none tells of a withdrawal nobody posted.
refusals as (
    select events.event_id
    from events
    inner join drop_reasons
        on contains(lower(events.failure_reason), drop_reasons.pattern)
    where events.event_type = 'dropped'
    group by events.event_id
),

answers as (
    select
        events.email,
        case
            when refusals.event_id is not null then false
            else event_types.is_allowed
        end as is_allowed,
        events.occurred_at,
        events._load_id
    from events
    inner join event_types
        on events.event_type = event_types.event_type
    left join refusals
        on events.event_id = refusals.event_id
)

select
    'email' as source_name,
    {{ surrogate_key(["'email'", 'email']) }} as profile_key,
    'email' as channel_slug,
    is_allowed,
    occurred_at as changed_at,
    _load_id
from answers
where is_allowed is not null
