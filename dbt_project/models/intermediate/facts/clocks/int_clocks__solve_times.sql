-- How long a case took by the ordinary clock and by that of its desk. A last solve that is not
-- final is counted up to the moment by which solves can be judged.
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
)

select
    cases.case_key,
    business_times.clock_slug as business_clock_slug,
    {{ dbt.datediff('cases.opened_at', 'cases.first_solved_at', 'second') }} as first_solve_seconds,
    business_times.ended_seconds - business_times.started_seconds as first_solve_business_seconds,
    case
        when solves.is_last_solve_final
            then {{ dbt.datediff('cases.opened_at', 'cases.last_solved_at', 'second') }}
        else {{ dbt.datediff('cases.opened_at', 'solves.judged_until', 'second') }}
    end as last_solve_seconds,
    case
        when solves.is_last_solve_final then business_times.last_ended_seconds
        else clocks.seconds_at_final_solves
    end - business_times.started_seconds as last_solve_business_seconds,
    cast({{ epoch_seconds('cases.opened_at') }} as bigint) as opened_seconds,
    business_times.started_seconds as opened_business_seconds
from cases
inner join solves
    on cases.case_key = solves.case_key
left join business_times
    on cases.case_key = business_times.unit_key
left join clocks
    on business_times.clock_slug = clocks.clock_slug
