{{ config(materialized='view') }}

with training_weeks as (
    select * from {{ ref('stg_employees__training_weeks') }}
    where
        team_key is not null
        and week_start_date is not null
        and assigned_count is not null
        and completed_count is not null
)

select
    -- keys
    training_week_key,
    team_key,

    -- measures
    assigned_count,
    completed_count,

    -- dates
    week_start_date
from training_weeks
