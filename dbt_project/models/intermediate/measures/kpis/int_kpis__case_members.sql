-- Of several journeys a case stands with the one of the highest priority, as its touchpoints do.
with cases as (
    select * from {{ ref('int_cases__cases') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints__all') }}
    where case_key is not null
),

journey_steps as (
    select * from {{ ref('int_journeys__steps') }}
),

journey_types as (
    select * from {{ ref('journey_types') }}
),

teams as (
    select * from {{ ref('teams') }}
),

leading_journeys as (
    select
        touchpoints.case_key,
        min_by(journey_types.journey_slug, journey_types.priority) as journey_slug
    from touchpoints
    inner join journey_steps
        on touchpoints.touchpoint_key = journey_steps.touchpoint_key
    inner join journey_types
        on journey_steps.journey_slug = journey_types.journey_slug
    group by touchpoints.case_key
)

select
    cases.case_key,
    leading_journeys.journey_slug,
    teams.store_id as store_key
from cases
left join leading_journeys
    on cases.case_key = leading_journeys.case_key
left join teams
    on cases.team_key = teams.team_id
