{{ config(materialized='view') }}

-- A new family of KPIs is one more branch.
with feedback_units as (
    select * from {{ ref('int_kpis__feedback_units') }}
)

select
    metric_slug,
    unit_key,
    customer_key,
    anchor_date,
    channel_slug,
    segment_slug,
    contact_reason_slug,
    journey_slug,
    product_key,
    store_key,
    team_key,
    unit_value,
    unit_state,
    matures_at
from feedback_units
