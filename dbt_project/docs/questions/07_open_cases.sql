-- How many cases are open now, how old are they, by reason and team?
select
    coalesce(fct_cases.contact_reason_slug, 'unknown') as contact_reason_slug,
    dim_teams.team_name,
    count(*) as open_cases,
    round(median(date_diff('hour', fct_cases.opened_at, as_of.moment)) / 24.0, 1) as median_age_days
from marts.fct_cases
inner join marts.dim_teams
    on dim_teams.team_key = coalesce(fct_cases.team_key, 'unknown')
cross join (
    select max(day_date) + interval 1 day as moment from marts.dim_days where is_complete_day
) as as_of
where fct_cases.ended_at is null and fct_cases.excluded_reason is null
group by all
order by open_cases desc;
