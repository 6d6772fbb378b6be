-- An employee's answer has no person: it is told by team and store only. Where fewer of a team
-- answered than may be shown, their answers count nowhere: not in a greater whole either, for what
-- the whole has more than its shown parts would be theirs.
with pulse_answers as (
    select
        answer_key,
        store_key,
        team_key,
        metric_slug as answer_metric_slug,
        mean_metric_slug,
        unit_value as answer_value,
        score,
        week_start_date,
        count(*) over (partition by team_key, week_start_date, metric_slug) as answer_count
    from {{ ref('int_feedback__pulse_answers') }}
),

mart_rules as (
    select * from {{ ref('mart_rules') }}
    where mart = 'frontline_scorecard'
),

shown_answers as (
    select
        pulse_answers.*,
        case
            when pulse_answers.answer_count < mart_rules.minimum_n then 'excluded' else 'eligible'
        end as answer_state
    from pulse_answers
    cross join mart_rules
),

units as (
    {{ kpi_units('shown_answers', [
        kpi_unit(
            none, 'week_start_date', 'answer_value', state='answer_state',
            metric_column='answer_metric_slug'
        ),
        kpi_unit(
            none, 'week_start_date', 'score', among='mean_metric_slug is not null',
            state='answer_state', metric_column='mean_metric_slug'
        )
    ]) }}
)

select
    metric_slug,
    answer_key as unit_key,
    week_start_date as anchor_date,
    store_key,
    team_key,
    unit_value,
    unit_state,
    matures_at
from units
