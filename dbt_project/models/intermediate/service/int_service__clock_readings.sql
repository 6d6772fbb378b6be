-- What the clock that a case runs by shows at each of its moments: a business clock stands still
-- while its desk is closed, so that business time is the difference of two readings.
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
    select * from {{ ref('int_service__open_hours') }}
),

case_calendars as (
    select
        cases.case_key,
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
    group by cases.case_key
),

moments as (
    select
        case_key,
        contact_key as unit_key,
        unnest(['clock_started', 'replied', 'gave_up']) as moment_slug,
        unnest([clock_started_at, first_human_reply_at, gave_up_at]) as occurred_at
    from contacts

    union all

    select
        case_key,
        case_key as unit_key,
        unnest(['opened', 'first_solved', 'last_solved']) as moment_slug,
        unnest([opened_at, first_solved_at, last_solved_at]) as occurred_at
    from cases
),

marks as (
    select
        case_calendars.clock_slug,
        moments.occurred_at as marked_at,
        moments.unit_key,
        moments.moment_slug,
        cast(null as timestamp) as opened_at,
        cast(null as timestamp) as closed_at,
        cast(null as bigint) as open_seconds_before
    from moments
    inner join case_calendars
        on moments.case_key = case_calendars.case_key
    where moments.occurred_at is not null

    union all

    select
        calendar_slug as clock_slug,
        opened_at as marked_at,
        cast(null as varchar) as unit_key,
        cast(null as varchar) as moment_slug,
        opened_at,
        closed_at,
        cast(open_seconds_before as bigint) as open_seconds_before
    from open_hours
),

-- The last opening at or before each moment; all three only grow.
openings as (
    select
        clock_slug,
        unit_key,
        moment_slug,
        marked_at,
        max(opened_at) over earlier as opened_at,
        max(closed_at) over earlier as closed_at,
        max(open_seconds_before) over earlier as open_seconds_before
    from marks
    window earlier as (
        partition by clock_slug
        order by marked_at
        range between unbounded preceding and current row
    )
)

select
    unit_key,
    moment_slug,
    clock_slug,
    -- Before the first opening nothing has passed.
    coalesce(
        cast(
            open_seconds_before
            + {{ dbt.datediff('opened_at', 'least(marked_at, closed_at)', 'second') }} as bigint
        ),
        0
    ) as clock_seconds,
    coalesce(marked_at < closed_at, false) as is_open
from openings
where unit_key is not null
