-- By when a person is to have answered, if only the opening hours of the desk count: the last
-- moment at which its clock shows no more than the target. At closing time, the next opening.
with clock_readings as (
    select * from {{ ref('int_service__clock_readings') }}
    where moment_slug = 'clock_started'
),

open_hours as (
    select * from {{ ref('int_service__open_hours') }}
),

response_target as (
    select cast(setting_value as bigint) as target_seconds
    from {{ ref('kpi_windows') }}
    where setting = 'first_response_target_seconds'
),

marks as (
    select
        clock_readings.clock_slug,
        clock_readings.clock_seconds + response_target.target_seconds as marked_seconds,
        clock_readings.unit_key,
        cast(null as timestamp) as opened_at,
        cast(null as timestamp) as closed_at,
        cast(null as bigint) as open_seconds_before
    from clock_readings
    cross join response_target

    union all

    select
        calendar_slug as clock_slug,
        cast(open_seconds_before as bigint) as marked_seconds,
        cast(null as varchar) as unit_key,
        opened_at,
        closed_at,
        cast(open_seconds_before as bigint) as open_seconds_before
    from open_hours
),

-- The opening in which the clock shows the target; all three only grow.
openings as (
    select
        unit_key,
        marked_seconds,
        max(opened_at) over earlier as opened_at,
        max(closed_at) over earlier as closed_at,
        max(open_seconds_before) over earlier as open_seconds_before
    from marks
    window earlier as (
        partition by clock_slug
        order by marked_seconds
        range between unbounded preceding and current row
    )
),

deadlines as (
    select
        unit_key,
        marked_seconds,
        closed_at,
        opened_at + to_seconds(marked_seconds - open_seconds_before) as target_ends_at
    from openings
    where unit_key is not null
)

select
    unit_key,
    marked_seconds as target_clock_seconds,
    -- Later than the calendar reaches: nobody can be late yet.
    case when target_ends_at < closed_at then target_ends_at else timestamp '9999-12-31' end
        as target_ends_at
from deadlines
