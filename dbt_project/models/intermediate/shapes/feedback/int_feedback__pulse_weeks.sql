{{ config(materialized='view') }}

with pulse_weeks as (
    select * from {{ ref('stg_employees__pulse_weeks') }}
)

select
    -- keys
    pulse_week_key,
    team_key,

    -- measures
    asked_count,

    -- dates
    week_start_date
from pulse_weeks
