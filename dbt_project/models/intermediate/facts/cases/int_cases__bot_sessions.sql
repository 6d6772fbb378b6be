-- Whether the bot sufficed: a person contacted within the window means that it did not.
with bot_sessions as (
    select * from {{ ref('int_cases__cases') }}
    where is_bot_session
),

contacts as (
    select * from {{ ref('int_cases__contacts') }}
    where is_human_contact
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

followed_sessions as (
    select distinct bot_sessions.case_key
    from bot_sessions
    cross join windows
    inner join contacts
        on
            bot_sessions.customer_key = contacts.customer_key
            and bot_sessions.opened_at < contacts.started_at
            and bot_sessions.bot_ended_at + windows.bot_containment_window >= contacts.started_at
    where bot_sessions.is_customer_known
)

select
    bot_sessions.case_key,
    {{ dbt.datediff(
        'bot_sessions.bot_clock_started_at',
        'coalesce(bot_sessions.first_bot_reply_at, bot_sessions.bot_ended_at)',
        'second'
    ) }} as bot_response_seconds,
    bot_sessions.customer_turn_count > 0 as is_asked,
    not bot_sessions.is_handed_over and followed_sessions.case_key is null as is_contained,
    bot_sessions.bot_ended_at + windows.bot_containment_window as containment_known_at
from bot_sessions
cross join windows
left join followed_sessions
    on bot_sessions.case_key = followed_sessions.case_key
