-- Waits for a person: until the answer or until the customer gave up; some still run.
with contacts as (
    select * from {{ ref('int_cases__contacts') }}
    where clock_started_at is not null
),

business_times as (
    select * from {{ ref('int_clocks__business_times') }}
),

response_deadlines as (
    select * from {{ ref('int_clocks__response_deadlines') }}
),

channels as (
    select * from {{ ref('channels') }}
),

windows as (
    select * from {{ ref('int_company__windows') }}
)

select
    contacts.contact_key,
    contacts.case_key,
    business_times.clock_slug as business_clock_slug,
    contacts.contact_number,
    {{ dbt.datediff(
        'contacts.clock_started_at',
        'coalesce(contacts.first_human_reply_at, contacts.gave_up_at)',
        'second'
    ) }} as waited_seconds,
    coalesce(business_times.ended_seconds, business_times.gave_up_seconds)
    - business_times.started_seconds as waited_business_seconds,
    cast({{ epoch_seconds('contacts.clock_started_at') }} as bigint) as started_seconds,
    business_times.started_seconds as started_business_seconds,
    channels.is_online,
    coalesce(business_times.is_open_at_start, false) as is_open_at_start,
    contacts.first_human_reply_at is null as is_unanswered,
    contacts.first_human_reply_at is null and contacts.gave_up_at is null as is_waiting,
    coalesce(
        contacts.first_human_reply_at
        <= contacts.clock_started_at + windows.first_response_target,
        false
    ) as is_within_target,
    coalesce(business_times.ended_seconds <= response_deadlines.target_clock_seconds, false)
        as is_within_business_target,
    contacts.clock_started_at,
    contacts.clock_started_at + windows.first_response_target as target_ends_at,
    response_deadlines.target_ends_at as business_target_ends_at
from contacts
inner join channels
    on contacts.channel_slug = channels.channel_slug
cross join windows
left join business_times
    on contacts.contact_key = business_times.unit_key
left join response_deadlines
    on contacts.contact_key = response_deadlines.unit_key
