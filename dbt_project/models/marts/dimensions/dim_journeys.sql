with journey_types as (
    select * from {{ ref('journey_types') }}
)

select
    journey_slug,
    journey_name,
    goal,
    subject,
    owner,
    sponsor,
    timeout_days,
    horizon_days,
    repeat_days,
    target_hours,
    lifecycle_stage_slug,
    priority
from journey_types
