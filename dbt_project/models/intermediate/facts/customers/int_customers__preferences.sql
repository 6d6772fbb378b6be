-- What customers choose. Forty pages of one visit are one choice: a channel counts once on a day,
-- and an hour once on a day. Who opens a message or answers a survey did not choose that channel:
-- the company did.
with touchpoints as (
    select * from {{ ref('int_touchpoints__all') }}
    where direction = 'inbound' and customer_key is not null and not is_bot
),

channels as (
    select * from {{ ref('channels') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

chosen_touchpoints as (
    select
        touchpoints.customer_key,
        touchpoints.channel_slug,
        touchpoints.occurred_date,
        {{ business_date('touchpoints.occurred_at', 'settings.default_time_zone') }} as clock_date,
        extract(hour from {{ to_local('touchpoints.occurred_at', 'settings.default_time_zone') }})
            as clock_hour
    from touchpoints
    cross join settings
    inner join channels
        on touchpoints.channel_slug = channels.channel_slug
    where channels.channel_family not in ('outreach', 'feedback', 'unknown')
),

used_channels as (
    select
        customer_key,
        count(distinct channel_slug) as used_channel_count,
        {{ dbt.listagg('distinct channel_slug', "' '", 'order by channel_slug') }} as used_channels
    from touchpoints
    group by customer_key
),

channel_uses as (
    select
        customer_key,
        channel_slug,
        count(distinct occurred_date) as use_count
    from chosen_touchpoints
    group by
        customer_key,
        channel_slug
),

ranked_channels as (
    select
        *,
        rank() over (partition by customer_key order by use_count desc) as use_rank
    from channel_uses
),

leading_channels as (
    select
        customer_key,
        cast(sum(use_count) as bigint) as use_count,
        max(use_count) as leading_use_count,
        count(*) filter (where use_rank = 1) as leader_count,
        min(channel_slug) filter (where use_rank = 1) as channel_slug
    from ranked_channels
    group by customer_key
),

hour_uses as (
    select
        customer_key,
        clock_hour,
        count(distinct clock_date) as use_count
    from chosen_touchpoints
    group by
        customer_key,
        clock_hour
),

-- One hour of 24 rests on few uses: those of the hour before and after it count for it too.
near_uses as (
    select
        hour_uses.customer_key,
        hour_uses.clock_hour,
        hour_uses.use_count,
        sum(near_hours.use_count) as near_use_count
    from hour_uses
    inner join hour_uses as near_hours
        on
            hour_uses.customer_key = near_hours.customer_key
            and abs(hour_uses.clock_hour - near_hours.clock_hour) in (0, 1, 23)
    group by
        hour_uses.customer_key,
        hour_uses.clock_hour,
        hour_uses.use_count
),

ranked_hours as (
    select
        *,
        rank() over (
            partition by customer_key
            order by near_use_count desc, use_count desc
        ) as use_rank
    from near_uses
),

leading_hours as (
    select
        customer_key,
        cast(sum(use_count) as bigint) as use_count,
        cast(max(near_use_count) as bigint) as leading_use_count,
        count(*) filter (where use_rank = 1) as leader_count,
        min(clock_hour) filter (where use_rank = 1) as clock_hour
    from ranked_hours
    group by customer_key
),

-- Too few uses, or two that lead together, show no preference.
judged as (
    select
        used_channels.customer_key,
        used_channels.used_channels,
        used_channels.used_channel_count,
        leading_channels.channel_slug,
        leading_channels.leading_use_count as channel_leading_use_count,
        coalesce(leading_channels.use_count, 0) as channel_use_count,
        leading_channels.use_count >= windows.preference_minimum_uses
        and leading_channels.leader_count = 1 as is_channel_preferred,
        leading_hours.clock_hour,
        leading_hours.leading_use_count as hour_leading_use_count,
        coalesce(leading_hours.use_count, 0) as hour_use_count,
        leading_hours.use_count >= windows.preference_minimum_uses
        and leading_hours.leader_count = 1 as is_hour_preferred
    from used_channels
    cross join windows
    left join leading_channels
        on used_channels.customer_key = leading_channels.customer_key
    left join leading_hours
        on used_channels.customer_key = leading_hours.customer_key
)

select
    customer_key,
    used_channels,
    used_channel_count,
    case when is_channel_preferred then channel_slug end as preferred_channel_slug,
    case when is_channel_preferred then channel_leading_use_count end
        as preferred_channel_use_count,
    channel_use_count,
    cast(case when is_hour_preferred then clock_hour end as integer) as preferred_hour,
    case when is_hour_preferred then hour_leading_use_count end as preferred_hour_use_count,
    hour_use_count
from judged
