-- What share of detractors did each team speak to within 48 hours, and how many came back as non-detractors?
select
    dim_teams.team_name as owner,
    cast(date_trunc('month', answered_date) as date) as month_start_date,
    count(*) as detractors,
    count(*) filter (where loop_state = 'open') as still_open,
    count(*) filter (where loop_state = 'closed') as reached_in_48_hours,
    count(*) filter (where loop_state = 'closed_late') as reached_late,
    count(*) filter (where loop_state = 'missed') as missed,
    count(*) filter (where loop_state = 'unknown') as nobody_to_call,
    max(scores.denominator) as judged,
    max(scores.value) as share_in_48_hours,
    max(scores.ci_low) as ci_low,
    max(scores.ci_high) as ci_high,
    count(*) filter (where next_answered_at is not null) as answered_again,
    count(*) filter (where recovery_state = 'recovered') as recovered,
    count(*) filter (where recovery_state = 'silent') as silent
from marts.closed_loop
left join marts.dim_teams
    on closed_loop.owner_team_key = dim_teams.team_key
left join marts.cx_scorecard as scores
    on scores.metric_slug = 'closed_loop' and scores.dimension = 'team' and scores.period_type = 'month'
    and scores.member = closed_loop.owner_team_key
    and scores.period_start_date = date_trunc('month', answered_date)
group by dim_teams.team_name, date_trunc('month', answered_date)
order by owner, month_start_date;
