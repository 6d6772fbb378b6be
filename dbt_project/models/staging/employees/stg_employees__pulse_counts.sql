with pulse_weeks as (
    select * from {{ ref('stg_employees__pulse_weeks') }}
)

select
    pulse_week_key,
    team_key,
    split_part(question_and_score, '_', 1) as question,
    split_part(question_and_score, '_', 2) as answer,
    answer_count,
    week_start_date,
    _line,
    _load_id
from pulse_weeks
unpivot (
    answer_count for question_and_score in (
        mood_1, mood_2, mood_3, mood_4, mood_5,
        enablement_1, enablement_2, enablement_3, enablement_4, enablement_5
    )
)
