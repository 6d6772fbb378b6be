-- The deadline of an answer by a person, in opening hours of the desk: the last moment at which its
-- clock shows no more than the target. A target that is reached at closing time ends with the next
-- opening.
with clock_readings as (
    select * from {{ ref('int_clocks__readings') }}
    where moment_slug = 'clock_started'
),

open_hours as (
    select * from {{ ref('int_clocks__open_hours') }}
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

targets as (
    select
        clock_readings.unit_key,
        clock_readings.clock_slug,
        clock_readings.clock_seconds + cast({{ epoch_seconds(
            'windows.first_response_target'
        ) }} as bigint)
            as target_clock_seconds
    from clock_readings
    cross join windows
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
