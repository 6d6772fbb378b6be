-- A case in several journeys bears the one of the highest priority, as its touchpoints do.
with touchpoints as (
    select * from {{ ref('int_touchpoints__all') }}
    where case_key is not null
),

journey_steps as (
    select * from {{ ref('int_journeys__steps') }}
),

journey_types as (
    select * from {{ ref('journey_types') }}
)

select
    touchpoints.case_key,
    min_by(journey_types.journey_slug, journey_types.priority) as journey_slug
from touchpoints
inner join journey_steps
    on touchpoints.touchpoint_key = journey_steps.touchpoint_key
inner join journey_types
    on journey_steps.journey_slug = journey_types.journey_slug
group by touchpoints.case_key
