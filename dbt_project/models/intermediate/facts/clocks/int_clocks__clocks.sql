-- The ordinary clock shows the seconds since 1970; a business clock shows only those during which
-- its desk was open.
with open_hours as (
    select * from {{ ref('int_clocks__open_hours') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

-- A case solved by then is solved for good if it has not been reopened.
readings as (
    select
        settings.as_of,
        settings.as_of - windows.solve_maturity as solves_final_until
    from settings
    cross join windows
)

select
    'elapsed' as clock_slug,
    cast({{ epoch_seconds('as_of') }} as bigint) as seconds_at_as_of,
    cast({{ epoch_seconds('solves_final_until') }} as bigint) as seconds_at_final_solves
from readings

union all

select
    open_hours.calendar_slug as clock_slug,
    cast(
        sum({{ dbt.datediff(
            'open_hours.opened_at', 'least(open_hours.closed_at, readings.as_of)', 'second'
        ) }}) as bigint
    ) as seconds_at_as_of,
    cast(
        coalesce(
            sum({{ dbt.datediff(
                'open_hours.opened_at',
                'least(open_hours.closed_at, readings.solves_final_until)',
                'second'
            ) }}) filter (where open_hours.opened_at < readings.solves_final_until),
            0
        ) as bigint
    ) as seconds_at_final_solves
from open_hours
inner join readings
    on open_hours.opened_at < readings.as_of
group by open_hours.calendar_slug
