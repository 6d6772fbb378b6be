with journey_types as (
    select * from {{ ref('journey_types') }}
),

slugs as (
    select journey_slug from journey_types
    union all
    select 'unknown' as journey_slug
)

select
    slugs.journey_slug,
    coalesce(journey_types.journey_name, 'Unknown') as journey_name,
    journey_types.goal,
    journey_types.subject,
    journey_types.owner,
    journey_types.sponsor,
    journey_types.timeout_days,
    journey_types.horizon_days,
    journey_types.repeat_days,
    journey_types.target_hours,
    journey_types.lifecycle_stage_slug,
    journey_types.priority
from slugs
left join journey_types
    on slugs.journey_slug = journey_types.journey_slug
