-- Chat: the median first reply and the share answered within target, per team, by week?
select
    cx_scorecard.member_name as team_name,
    cx_scorecard.period_start_date as week_start_date,
    max(cx_scorecard.value) filter (where cx_scorecard.metric_slug = 'first_response_time')
        as median_seconds,
    max(cx_scorecard.value) filter (where cx_scorecard.metric_slug = 'first_response_within_target')
        as answered_within_target
from marts.cx_scorecard
where cx_scorecard.dimension = 'team'
    and cx_scorecard.period_type = 'week'
    and cx_scorecard.metric_slug in ('first_response_time', 'first_response_within_target')
    and cx_scorecard.member in (select team_key from marts.fct_cases where channel_slug = 'chat')
group by cx_scorecard.member_name, cx_scorecard.period_start_date
order by cx_scorecard.period_start_date desc, cx_scorecard.member_name;
