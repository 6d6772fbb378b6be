-- An employee's answer has no person: it is told by team and store only.
with pulse_answers as (
    select
        answer_key,
        store_key,
        team_key,
        metric_slug as answer_metric_slug,
        mean_metric_slug,
        unit_value as answer_value,
        score,
        week_start_date
    from {{ ref('int_feedback__pulse_answers') }}
),

units as (
    {{ kpi_units('pulse_answers', [
        kpi_unit(
            none, 'week_start_date', 'answer_value', metric_column='answer_metric_slug'
        ),
        kpi_unit(
            none, 'week_start_date', 'score', among='mean_metric_slug is not null',
            metric_column='mean_metric_slug'
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
