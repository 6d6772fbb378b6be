with checkouts as (
    select * from {{ ref('int_orders__checkouts') }}
),

customers as (
    select * from {{ ref('int_identity__customers') }}
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

outcomes (metric_slug, outcome_slug) as (
    values
    ('checkout_completion', 'completed'),
    ('checkout_completed_elsewhere', 'completed_elsewhere'),
    ('checkout_abandonment', 'abandoned')
),

-- Every outcome is judged on the same checkouts, so that the three shares add up to one.
judged_checkouts as (
    select
        outcomes.metric_slug,
        checkouts.checkout_key,
        checkouts.customer_key,
        checkouts.channel_slug,
        checkouts.started_date,
        checkouts.outcome_slug = outcomes.outcome_slug as is_success,
        checkouts.matures_at
    from checkouts
    cross join outcomes

    union all

    select
        'checkout_recovery' as metric_slug,
        checkouts.checkout_key,
        checkouts.customer_key,
        checkouts.channel_slug,
        checkouts.started_date,
        coalesce(
            checkouts.completed_at <= checkouts.started_at + windows.checkout_recovery, false
        ) as is_success,
        checkouts.started_at + windows.checkout_recovery as matures_at
    from checkouts
    cross join windows
    where checkouts.outcome_slug = 'abandoned'
)

select
    judged_checkouts.metric_slug,
    judged_checkouts.checkout_key as unit_key,
    judged_checkouts.customer_key,
    judged_checkouts.started_date as anchor_date,
    judged_checkouts.channel_slug,
    customers.segment_slug,
    cast(null as varchar) as contact_reason_slug,
    cast(null as varchar) as journey_slug,
    cast(null as varchar) as product_key,
    cast(null as varchar) as store_key,
    cast(null as varchar) as team_key,
    case when judged_checkouts.is_success then 1.0 else 0.0 end as unit_value,
    -- Nobody can tell whether an unknown customer bought elsewhere.
    case when customers.is_identified then 'eligible' else 'unknown' end
        as unit_state,
    judged_checkouts.matures_at,
    false as is_censored,
    cast(null as varchar) as clock_slug,
    cast(null as bigint) as clock_started_seconds
from judged_checkouts
left join customers
    on judged_checkouts.customer_key = customers.customer_key
