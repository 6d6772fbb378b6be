{{ config(materialized='view') }}

-- A new family of KPIs is one more branch. The branches are made alike: union goes by position.
with units as (
    select * from {{ ref('int_kpis__campaign_units') }}
    union all
    select * from {{ ref('int_kpis__checkout_units') }}
    union all
    select * from {{ ref('int_kpis__churn_units') }}
    union all
    select * from {{ ref('int_kpis__contact_units') }}
    union all
    select * from {{ ref('int_kpis__digital_units') }}
    union all
    select * from {{ ref('int_kpis__feedback_units') }}
    union all
    select * from {{ ref('int_kpis__journey_units') }}
    union all
    select * from {{ ref('int_kpis__loop_units') }}
    union all
    select * from {{ ref('int_kpis__proactive_units') }}
    union all
    select * from {{ ref('int_kpis__pressure_units') }}
    union all
    select * from {{ ref('int_kpis__purchase_units') }}
    union all
    select * from {{ ref('int_kpis__service_units') }}
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
    matures_at,
    is_censored,
    clock_slug,
    clock_started_seconds
from units
