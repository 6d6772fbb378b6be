-- Reads the clock that a case runs by at each of its moments. A business clock stands still while
-- its desk is closed, so business time is the difference of two readings.
with contacts as (
    select * from {{ ref('int_cases__contacts') }}
),

cases as (
    select * from {{ ref('int_cases__cases') }}
),

calendar_assignments as (
    select * from {{ ref('calendar_assignments') }}
),

open_hours as (
    select * from {{ ref('int_clocks__open_hours') }}
),

case_calendars as (
    select
        cases.case_key,
        cases.channel_slug,
        min_by(calendar_assignments.calendar_slug, calendar_assignments.priority) as clock_slug
    from cases
    inner join calendar_assignments
        on
            coalesce(cases.channel_slug = calendar_assignments.channel_slug, true)
            and coalesce(
                calendar_assignments.team_id is null
                or cases.team_key = calendar_assignments.team_id,
                false
            )
    group by
        cases.case_key,
        cases.channel_slug
),

moments as (
    select
        case_key,
        contact_key as unit_key,
        {{ one_row_per_place({
            'moment_slug': ["'clock_started'", "'replied'", "'gave_up'", "'wait_limit'"],
            'occurred_at': [
                'clock_started_at',
                'first_human_reply_at',
                'gave_up_at',
                'case when not coalesce(first_human_reply_at <= wait_limit_ends_at, false)'
                ' then wait_limit_ends_at end'
            ]
        }) }}
    from contacts

    union all

    select
        case_key,
        case_key as unit_key,
        {{ one_row_per_place({
            'moment_slug': ["'opened'", "'first_solved'", "'last_solved'", "'solve_limit'"],
            'occurred_at': [
                'opened_at',
                'first_solved_at',
                'last_solved_at',
                'case when not coalesce(is_solved and last_solved_at <= limit_ends_at, false)'
                ' then limit_ends_at end'
            ]
        }) }}
    from cases
),

-- The last opening at or before each moment.
readings as (
    select
        moments.unit_key,
        moments.moment_slug,
        moments.occurred_at,
        case_calendars.channel_slug,
        case_calendars.clock_slug,
        open_hours.opened_at,
        open_hours.closed_at,
        open_hours.open_seconds_before
    from moments
    inner join case_calendars
        on moments.case_key = case_calendars.case_key
    {{ last_row_at(
        'open_hours',
        'case_calendars.clock_slug = open_hours.calendar_slug',
        'opened_at',
        'moments.occurred_at'
    ) }}
    where moments.occurred_at is not null
)

select
    unit_key,
    moment_slug,
    channel_slug,
    clock_slug,
    occurred_at,
    -- Before the first opening nothing has passed.
    coalesce(
        cast(
            open_seconds_before
            + {{ dbt.datediff('opened_at', 'least(occurred_at, closed_at)', 'second') }} as bigint
        ),
        0
    ) as clock_seconds,
    coalesce(occurred_at < closed_at, false) as is_open
from readings
