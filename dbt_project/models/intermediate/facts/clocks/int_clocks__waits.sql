-- Waits for a person: until the answer or until the customer gave up; some still run. Nobody
-- follows a wait past the limit of its channel: who has no answer by then has waited that long at
-- least. Each contact is judged by the target of its own channel, by the ordinary clock where there
-- is such a target, else in opening hours of the desk.
with contacts as (
    select * from {{ ref('int_cases__contacts') }}
    where clock_started_at is not null
),

business_times as (
    select * from {{ ref('int_clocks__business_times') }}
),

deadlines as (
    select * from {{ ref('int_clocks__deadlines') }}
),

channels as (
    select * from {{ ref('channels') }}
),

channel_targets as (
    select
        member as channel_slug,
        target as elapsed_target_seconds,
        valid_from,
        valid_to
    from {{ ref('int_company__targets') }}
    where metric_slug = 'first_response_time' and dimension = 'channel'
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

limited_waits as (
    select
        *,
        coalesce(first_human_reply_at > wait_limit_ends_at, first_human_reply_at is null)
            as is_unanswered,
        coalesce(wait_limit_ends_at, timestamp '9999-12-31') as followed_until
    from contacts
),

judged_waits as (
    select
        limited_waits.*,
        limited_waits.is_unanswered
        and not coalesce(limited_waits.gave_up_at <= limited_waits.followed_until, false)
        and limited_waits.followed_until >= settings.as_of as is_waiting,
        case
            when not limited_waits.is_unanswered then limited_waits.first_human_reply_at
            when limited_waits.gave_up_at <= limited_waits.followed_until
                then limited_waits.gave_up_at
            when limited_waits.followed_until < settings.as_of then limited_waits.followed_until
        end as wait_ended_at
    from limited_waits
    cross join settings
)

select
    waits.contact_key,
    waits.case_key,
    business_times.clock_slug as business_clock_slug,
    waits.contact_number,
    {{ dbt.datediff('waits.clock_started_at', 'waits.wait_ended_at', 'second') }} as waited_seconds,
    case
        when not waits.is_unanswered then business_times.ended_seconds
        when waits.gave_up_at <= waits.followed_until then business_times.gave_up_seconds
        when not waits.is_waiting then business_times.limit_seconds
    end - business_times.started_seconds as waited_business_seconds,
    cast({{ epoch_seconds('waits.clock_started_at') }} as bigint) as started_seconds,
    business_times.started_seconds as started_business_seconds,
    channels.is_online,
    coalesce(business_times.is_open_at_start, false) as is_open_at_start,
    waits.is_unanswered,
    waits.is_waiting,
    case
        when channel_targets.elapsed_target_seconds is not null
            then coalesce(
                waits.first_human_reply_at
                <= waits.clock_started_at
                + {{ duration_of('channel_targets.elapsed_target_seconds', 'second') }},
                false
            )
        else coalesce(business_times.ended_seconds <= deadlines.target_clock_seconds, false)
    end as is_within_target,
    coalesce(business_times.ended_seconds <= deadlines.target_clock_seconds, false)
        as is_within_business_target,
    waits.clock_started_at,
    coalesce(
        waits.clock_started_at
        + {{ duration_of('channel_targets.elapsed_target_seconds', 'second') }},
        deadlines.target_ends_at
    ) as target_ends_at,
    deadlines.target_ends_at as business_target_ends_at
from judged_waits as waits
inner join channels
    on waits.channel_slug = channels.channel_slug
left join channel_targets
    on
        waits.channel_slug = channel_targets.channel_slug
        and waits.clock_started_at >= channel_targets.valid_from
        and waits.clock_started_at < channel_targets.valid_to
left join business_times
    on waits.contact_key = business_times.unit_key
left join deadlines
    on waits.contact_key = deadlines.unit_key
