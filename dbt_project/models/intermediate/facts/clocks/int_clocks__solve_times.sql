-- How long a case took by the ordinary clock and by that of its desk. What is unsolved at the limit
-- of its channel took that long at least; a last solve that is not final is counted up to the
-- moment by which solves can be judged.
with cases as (
    select * from {{ ref('int_cases__cases') }}
),

solves as (
    select * from {{ ref('int_cases__solves') }}
),

business_times as (
    select * from {{ ref('int_clocks__business_times') }}
),

clocks as (
    select * from {{ ref('int_clocks__clocks') }}
),

targets as (
    select
        member as channel_slug,
        target as elapsed_target_seconds,
        valid_from,
        valid_to
    from {{ ref('int_company__targets') }}
    where metric_slug = 'resolution_time_first' and dimension = 'channel'
),

deadlines as (
    select * from {{ ref('int_clocks__deadlines') }}
)

select
    cases.case_key,
    business_times.clock_slug as business_clock_slug,
    {{ dbt.datediff('cases.opened_at', 'solves.first_solve_judged_at', 'second') }}
        as first_solve_seconds,
    case
        when solves.is_first_solve_in_time then business_times.ended_seconds
        when not solves.is_first_solve_awaited then business_times.limit_seconds
    end - business_times.started_seconds as first_solve_business_seconds,
    {{ dbt.datediff('cases.opened_at', 'solves.last_solve_judged_at', 'second') }}
        as last_solve_seconds,
    case
        when solves.is_last_solve_final then business_times.last_ended_seconds
        when not solves.is_last_solve_awaited then business_times.limit_seconds
        else clocks.seconds_at_final_solves
    end - business_times.started_seconds as last_solve_business_seconds,
    cast({{ epoch_seconds('cases.opened_at') }} as bigint) as opened_seconds,
    business_times.started_seconds as opened_business_seconds,
    -- A channel with a target by the ordinary clock is judged by that one.
    case
        when targets.elapsed_target_seconds is not null
            then coalesce(
                cases.first_solved_at
                <= cases.opened_at
                + {{ duration_of('targets.elapsed_target_seconds', 'second') }},
                false
            )
        else coalesce(business_times.ended_seconds <= deadlines.target_clock_seconds, false)
    end as is_within_target,
    coalesce(
        cases.opened_at + {{ duration_of('targets.elapsed_target_seconds', 'second') }},
        deadlines.target_ends_at
    ) as target_ends_at
from cases
inner join solves
    on cases.case_key = solves.case_key
left join targets
    on
        cases.channel_slug = targets.channel_slug
        and cases.opened_at >= targets.valid_from
        and cases.opened_at < targets.valid_to
left join deadlines
    on cases.case_key = deadlines.unit_key
left join business_times
    on cases.case_key = business_times.unit_key
left join clocks
    on business_times.clock_slug = clocks.clock_slug
