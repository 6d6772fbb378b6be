-- Which journey got worse in the last whole month, and in which stage do customers give up?
with last_month as (
    select max(month_start_date) as month_start_date
    from marts.dim_days
    where is_complete_day and month_start_date + interval 1 month
        <= (select max(day_date) + 1 from marts.dim_days where is_complete_day)
)
,

scores as (
    select
        cx_scorecard.member as journey_slug,
        cx_scorecard.member_name as journey_name,
        cx_scorecard.value,
        cx_scorecard.previous_value,
        cx_scorecard.value_change,
        cx_scorecard.denominator
    from marts.cx_scorecard
    inner join last_month
        on cx_scorecard.period_start_date = last_month.month_start_date
    where cx_scorecard.metric_slug = 'journey_completion'
        and cx_scorecard.dimension = 'journey'
        and cx_scorecard.period_type = 'month'
),

given_up as (
    select
        fct_journeys.journey_slug,
        mode(fct_journeys.last_stage_slug) as stage_given_up_in
    from marts.fct_journeys
    inner join last_month
        on date_trunc('month', fct_journeys.started_at) = last_month.month_start_date
    where fct_journeys.outcome_slug in ('abandoned', 'failed')
    group by fct_journeys.journey_slug
)

select
    scores.journey_name,
    scores.denominator as journeys,
    round(scores.value, 3) as completion,
    round(scores.previous_value, 3) as month_before,
    round(scores.value_change, 3) as value_change,
    given_up.stage_given_up_in
from scores
left join given_up
    on scores.journey_slug = given_up.journey_slug
order by scores.value_change;
