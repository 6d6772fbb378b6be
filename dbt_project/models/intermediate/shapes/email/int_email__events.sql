-- Machines open and click too: mail programs, image proxies and scanners that try every link before
-- the recipient sees it. Who unsubscribes counts in any case.
with events as (
    select * from {{ ref('stg_email__events') }}
    where not is_repeat
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

patterns as (
    select pattern from {{ ref('mail_user_agents') }}
    union
    select pattern from {{ ref('bot_user_agents') }}
),

-- Few user agents open many messages.
user_agents as (
    select distinct user_agent
    from events
    where user_agent is not null
),

machines as (
    select user_agents.user_agent
    from user_agents
    inner join patterns
        on contains(lower(user_agents.user_agent), patterns.pattern)
    group by user_agents.user_agent
),

deliveries as (
    select
        message_id,
        email,
        min(occurred_at) as delivered_at
    from events
    where event_type = 'delivered' and message_id is not null
    group by
        message_id,
        email
),

clicks as (
    select
        events.event_id,
        events.message_id,
        events.email,
        events.user_agent,
        events.ip_address,
        coalesce(events.occurred_at <= deliveries.delivered_at + windows.machine_click, false)
            as is_too_fast,
        coalesce(
            events.clicked_url != lag(events.clicked_url) over neighbours
            and events.occurred_at - windows.machine_burst
            <= lag(events.occurred_at) over neighbours,
            false
        ) as follows_another_link,
        coalesce(
            events.clicked_url != lead(events.clicked_url) over neighbours
            and events.occurred_at + windows.machine_burst
            >= lead(events.occurred_at) over neighbours,
            false
        ) as precedes_another_link
    from events
    cross join windows
    left join deliveries
        on
            events.message_id = deliveries.message_id
            and events.email = deliveries.email
    where events.event_type = 'click'
    window neighbours as (
        partition by events.email, coalesce(events.message_id, events.campaign_id)
        order by events.occurred_at, events.event_id
    )
),

scans as (
    select * from clicks
    where is_too_fast or follows_another_link or precedes_another_link
),

-- A scanner that gave itself away is the same one when it comes again.
known_scanners as (
    select
        message_id,
        email,
        ip_address,
        user_agent
    from scans
    where message_id is not null and ip_address is not null and user_agent is not null
    group by
        message_id,
        email,
        ip_address,
        user_agent
)

select
    events.event_id,
    events.message_id,
    events.email,
    events.event_type,
    events.campaign_id,
    events.campaign_name,
    events.campaign_kind,
    events.failure_reason,
    events.bounce_type,
    case
        when events.event_type not in ('open', 'click') then null
        when events.is_machine_open then 'provider'
        when machines.user_agent is not null then 'user_agent'
        when scans.is_too_fast then 'too_fast'
        when scans.event_id is not null then 'several_links_at_once'
        when known_scanners.message_id is not null then 'same_scanner'
    end as machine_sign,
    events.occurred_at,
    events._load_id
from events
left join machines
    on events.user_agent = machines.user_agent
left join scans
    on events.event_id = scans.event_id
left join known_scanners
    on
        events.message_id = known_scanners.message_id
        and events.email = known_scanners.email
        and events.ip_address = known_scanners.ip_address
        and events.user_agent = known_scanners.user_agent
