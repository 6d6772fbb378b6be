with journeys as (
    select * from {{ ref('int_journeys__journeys') }}
),

journey_types as (
    select * from {{ ref('journey_types') }}
),

customers as (
    select * from {{ ref('int_identity__customers') }}
),

anchored_journeys as (
    select
        journeys.journey_key,
        journeys.customer_key,
        journeys.journey_slug,
        journeys.entry_channel_slug,
        customers.segment_slug,
        coalesce(customers.is_identified, false) as is_identified,
        journeys.ended_outcome_slug,
        journeys.closed_at,
        journeys.started_date,
        journeys.started_at
        + to_seconds(cast(journey_types.horizon_days * 86400 as bigint)) as horizon_ends_at,
        journeys.started_at
        + to_seconds(
            cast((journey_types.horizon_days + journey_types.timeout_days) * 86400 as bigint)
        ) as abandonment_known_at,
        journeys.expires_at
    from journeys
    inner join journey_types
        on journeys.journey_slug = journey_types.journey_slug
    left join customers
        on journeys.customer_key = customers.customer_key
),

judged_journeys as (
    select
        'journey_completion' as metric_slug,
        journey_key,
        customer_key,
        journey_slug,
        entry_channel_slug,
        segment_slug,
        is_identified,
        coalesce(ended_outcome_slug = 'reached' and closed_at <= horizon_ends_at, false)
            as is_success,
        horizon_ends_at as matures_at,
        started_date
    from anchored_journeys

    union all

    -- Abandoned: never ended, and timed out within horizon and time-out of the start.
    select
        'journey_abandonment' as metric_slug,
        journey_key,
        customer_key,
        journey_slug,
        entry_channel_slug,
        segment_slug,
        is_identified,
        coalesce(expires_at <= abandonment_known_at, false) as is_success,
        abandonment_known_at as matures_at,
        started_date
    from anchored_journeys
)

select
    metric_slug,
    journey_key as unit_key,
    customer_key,
    started_date as anchor_date,
    entry_channel_slug as channel_slug,
    segment_slug,
    cast(null as varchar) as contact_reason_slug,
    journey_slug,
    cast(null as varchar) as product_key,
    cast(null as varchar) as store_key,
    cast(null as varchar) as team_key,
    case when is_success then 1.0 else 0.0 end as unit_value,
    -- A visitor nobody knows may be half of somebody else's journey: counted apart.
    case when is_identified then 'eligible' else 'unknown' end as unit_state,
    matures_at,
    false as is_censored,
    cast(null as varchar) as clock_slug,
    cast(null as bigint) as clock_started_seconds
from judged_journeys
