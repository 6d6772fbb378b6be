-- Every outcome is judged on the same checkouts, so that the three shares add up to one.
with checkouts as (
    select * from {{ ref('int_orders__checkouts') }}
),

customers as (
    select * from {{ ref('int_identity__customers') }}
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

judged_checkouts as (
    select
        checkouts.checkout_key,
        checkouts.customer_key,
        checkouts.channel_slug,
        customers.segment_slug,
        checkouts.outcome_slug,
        -- Nobody can tell whether an unknown customer bought elsewhere.
        case when customers.is_identified then 'eligible' else 'unknown' end as person_state,
        checkouts.started_date,
        checkouts.started_at,
        checkouts.completed_at,
        checkouts.matures_at as outcome_known_at,
        checkouts.started_at + windows.checkout_recovery as recovery_ends_at
    from checkouts
    cross join windows
    left join customers
        on checkouts.customer_key = customers.customer_key
),

units as (
    {{ kpi_units('judged_checkouts', [
        kpi_unit(
            'checkout_completion', 'started_at', "outcome_slug = 'completed'",
            state='person_state', matures_at='outcome_known_at'
        ),
        kpi_unit(
            'checkout_completed_elsewhere', 'started_at', "outcome_slug = 'completed_elsewhere'",
            state='person_state', matures_at='outcome_known_at'
        ),
        kpi_unit(
            'checkout_abandonment', 'started_at', "outcome_slug = 'abandoned'",
            state='person_state', matures_at='outcome_known_at'
        ),
        kpi_unit(
            'checkout_recovery', 'started_at', 'coalesce(completed_at <= recovery_ends_at, false)',
            among="outcome_slug = 'abandoned'",
            state='person_state', matures_at='recovery_ends_at'
        )
    ]) }}
)

select
    metric_slug,
    checkout_key as unit_key,
    customer_key,
    started_date as anchor_date,
    channel_slug,
    segment_slug,
    unit_value,
    unit_state,
    anchored_at as watched_from,
    matures_at
from units
