{{ config(materialized='view') }}

-- A view: the steps under the column names that process-mining tools expect.
with steps as (
    select * from {{ ref('fct_journey_steps') }}
),

journeys as (
    select * from {{ ref('fct_journeys') }}
)

select
    steps.journey_key as case_id,
    steps.touchpoint_type_slug as activity,
    steps.occurred_at as event_timestamp,
    steps.step_number as event_number,
    steps.channel_slug as event_resource,
    steps.stage_slug as event_stage,
    steps.outcome_slug as event_outcome,
    steps.is_inferred,
    journeys.journey_slug as case_type,
    journeys.outcome_slug as case_outcome,
    journeys.segment_slug as case_segment,
    journeys.customer_key
from steps
inner join journeys
    on steps.journey_key = journeys.journey_key
