-- The ordinary clock shows the seconds since 1970, a business clock those of them that it was open.
with open_hours as (
    select * from {{ ref('int_service__open_hours') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
)

select
    'elapsed' as clock_slug,
    cast(epoch(as_of) as bigint) as seconds_at_as_of
from settings

union all

select
    open_hours.calendar_slug as clock_slug,
    cast(
        sum({{ dbt.datediff(
            'open_hours.opened_at', 'least(open_hours.closed_at, settings.as_of)', 'second'
        ) }}) as bigint
    ) as seconds_at_as_of
from open_hours
inner join settings
    on open_hours.opened_at < settings.as_of
group by open_hours.calendar_slug
