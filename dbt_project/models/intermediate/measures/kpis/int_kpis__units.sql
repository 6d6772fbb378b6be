{{ config(materialized='view') }}

-- A new family of KPIs is one more line. It lists by name the columns that it has.
{{ union_by_contract([
    ref('int_kpis__campaign_units'),
    ref('int_kpis__checkout_units'),
    ref('int_kpis__churn_units'),
    ref('int_kpis__consent_units'),
    ref('int_kpis__contact_units'),
    ref('int_kpis__delivery_units'),
    ref('int_kpis__dwell_units'),
    ref('int_kpis__feedback_units'),
    ref('int_kpis__invitation_units'),
    ref('int_kpis__journey_units'),
    ref('int_kpis__loop_units'),
    ref('int_kpis__portal_units'),
    ref('int_kpis__pressure_units'),
    ref('int_kpis__proactive_units'),
    ref('int_kpis__pulse_units'),
    ref('int_kpis__referral_units'),
    ref('int_kpis__repurchase_units'),
    ref('int_kpis__revenue_units'),
    ref('int_kpis__service_units'),
    ref('int_kpis__session_units')
]) }}
