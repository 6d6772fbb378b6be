-- Call abandonment by weekday and hour of day, per team, in the last four weeks?
select
    dim_teams.team_name,
    dim_days.weekday_name,
    fct_cases.opened_hour,
    count(*) as queued_calls,
    count(*) filter (where fct_cases.is_abandoned) as abandoned_calls
from marts.fct_cases
inner join marts.dim_teams
    on dim_teams.team_key = coalesce(fct_cases.team_key, 'unknown')
inner join marts.dim_days
    on fct_cases.opened_date = dim_days.day_date
where fct_cases.is_queued
    and fct_cases.excluded_reason is null
    and fct_cases.opened_date > (select max(day_date) - 28 from marts.dim_days where is_complete_day)
group by dim_teams.team_name, dim_days.weekday_number, dim_days.weekday_name, fct_cases.opened_hour
order by dim_teams.team_name, dim_days.weekday_number, fct_cases.opened_hour;
