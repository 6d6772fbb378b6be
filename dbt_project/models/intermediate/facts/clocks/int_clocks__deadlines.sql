-- The deadline of an answer by a person, or of a first solve, in opening hours of the desk: the
-- last moment at which its clock shows no more than the target of the channel. A target that is
-- reached at closing time ends with the next opening.
with clock_readings as (
    select
        *,
        case
            when moment_slug = 'clock_started' then 'first_response_business_time'
            else 'resolution_business_time_first'
        end as metric_slug
    from {{ ref('int_clocks__readings') }}
    where moment_slug in ('clock_started', 'opened')
),

open_hours as (
    select * from {{ ref('int_clocks__open_hours') }}
),

channel_targets as (
    select * from {{ ref('int_company__targets') }}
    where dimension = 'channel'
),

targets as (
    select
        clock_readings.unit_key,
        clock_readings.clock_slug,
        clock_readings.clock_seconds + cast(channel_targets.target as bigint)
            as target_clock_seconds
    from clock_readings
    inner join channel_targets
        on
            clock_readings.metric_slug = channel_targets.metric_slug
            and clock_readings.channel_slug = channel_targets.member
            and clock_readings.occurred_at >= channel_targets.valid_from
            and clock_readings.occurred_at < channel_targets.valid_to
),

-- The last opening before which the clock shows no more than the target.
deadlines as (
    select
        targets.unit_key,
        targets.target_clock_seconds,
        open_hours.closed_at,
        open_hours.opened_at
        + {{ duration_of(
            'targets.target_clock_seconds - cast(open_hours.open_seconds_before as bigint)',
            'second'
        ) }} as target_ends_at
    from targets
    {{ last_row_at(
        'open_hours',
        'targets.clock_slug = open_hours.calendar_slug',
        'open_seconds_before',
        'targets.target_clock_seconds'
    ) }}
)

select
    unit_key,
    target_clock_seconds,
    -- The deadline lies beyond the calendar, so nobody can be late yet.
    case when target_ends_at < closed_at then target_ends_at else timestamp '9999-12-31' end
        as target_ends_at
from deadlines
