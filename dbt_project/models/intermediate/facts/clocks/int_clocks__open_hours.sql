-- The hours of a day are those of its place: a day on which the clocks change is shorter or longer.
with calendars as (
    select * from {{ ref('business_calendars') }}
),

business_hours as (
    select * from {{ ref('business_hours') }}
),

holidays as (
    select * from {{ ref('holidays') }}
),

cases as (
    select * from {{ ref('int_cases__cases') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

covered as (
    select
        min(cases.opened_at) as began_at,
        greatest(
            max(settings.as_of),
            max(cases.opened_at),
            max(cases.first_human_reply_at),
            max(cases.last_solved_at),
            max(cases.ended_at)
        ) as ended_at
    from cases
    cross join settings
),

-- One day more on either side, because a moment has another date in another zone.
days as (
    select
        {{ one_row_per(
            days_between(
                "date_trunc('day', began_at) - interval '1 day'",
                "date_trunc('day', ended_at) + interval '1 day'"
            )
        ) }} as local_date
    from covered
),

calendar_days as (
    select
        calendars.calendar_slug,
        calendars.time_zone,
        cast(days.local_date as date) as local_date
    from calendars
    cross join days
    left join holidays
        on
            calendars.country_code = holidays.country_code
            and days.local_date = holidays.holiday_date
    where holidays.holiday_date is null
),

open_hours as (
    select
        calendar_days.calendar_slug,
        calendar_days.local_date,
        {{ to_utc(
            '(calendar_days.local_date + ' ~ time_of_day('business_hours.opens_at') ~ ')',
            'calendar_days.time_zone'
        ) }} as opened_at,
        {{ to_utc(
            '(calendar_days.local_date + ' ~ time_of_day('business_hours.closes_at') ~ ')',
            'calendar_days.time_zone'
        ) }} as closed_at
    from calendar_days
    inner join business_hours
        on
            calendar_days.calendar_slug = business_hours.calendar_slug
            and {{ weekday_number('calendar_days.local_date') }} = business_hours.weekday
)

select
    calendar_slug,
    local_date,
    opened_at,
    closed_at,
    coalesce(
        sum({{ dbt.datediff('opened_at', 'closed_at', 'second') }}) over (
            partition by calendar_slug
            order by opened_at
            rows between unbounded preceding and 1 preceding
        ),
        0
    ) as open_seconds_before
from open_hours
