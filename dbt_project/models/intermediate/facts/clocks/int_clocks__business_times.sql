-- What a business clock showed when a contact or case began and ended: business time is the
-- difference.
with clock_readings as (
    select * from {{ ref('int_clocks__readings') }}
)

select
    unit_key,
    max(clock_slug) as clock_slug,
    max(clock_seconds) filter (where moment_slug in ('clock_started', 'opened'))
        as started_seconds,
    max(clock_seconds) filter (where moment_slug in ('replied', 'first_solved'))
        as ended_seconds,
    max(clock_seconds) filter (where moment_slug = 'gave_up') as gave_up_seconds,
    max(clock_seconds) filter (where moment_slug = 'last_solved') as last_ended_seconds,
    max(clock_seconds) filter (where moment_slug in ('wait_limit', 'solve_limit'))
        as limit_seconds,
    coalesce(bool_or(is_open) filter (where moment_slug = 'clock_started'), false)
        as is_open_at_start
from clock_readings
group by unit_key
