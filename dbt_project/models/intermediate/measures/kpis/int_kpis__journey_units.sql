with journeys as (
    select * from {{ ref('int_journeys__journeys') }}
),

efforts as (
    select * from {{ ref('int_journeys__efforts') }}
),

scores as (
    select * from {{ ref('int_journeys__scores') }}
),

journey_types as (
    select * from {{ ref('journey_types') }}
),

customers as (
    select * from {{ ref('int_identity__customers') }}
),

-- Where no source shows contacts, a journey without any is not known to be easy.
contact_sources as (
    select coalesce(bool_or(is_shown), false) as is_contact_shown
    from {{ ref('int_company__shown_shapes') }}
    where shape_slug = 'cases'
),

anchored_journeys as (
    select
        journeys.journey_key,
        journeys.customer_key,
        journeys.journey_slug,
        journeys.entry_channel_slug,
        customers.segment_slug,
        -- The journey of an anonymous visitor may be half of a known customer's: it is counted
        -- apart.
        case when customers.is_identified then 'eligible' else 'unknown' end as state,
        journeys.ended_outcome_slug = 'reached' as is_reached,
        {{ seconds_between('journeys.started_at', 'journeys.closed_at') }} as duration_seconds,
        journeys.human_contact_count,
        journeys.cost_amount,
        efforts.effort_score,
        contact_sources.is_contact_shown,
        scores.journey_score,
        scores.mean_touchpoint_score,
        journeys.started_at,
        journeys.started_date,
        journeys.closed_at,
        journeys.expires_at,
        journeys.started_at
        + {{ duration_of('journey_types.target_hours', 'hour') }} as target_ends_at,
        journeys.started_at
        + {{ duration_of('journey_types.horizon_days', 'day') }} as horizon_ends_at,
        journeys.started_at
        + {{ duration_of('journey_types.horizon_days + journey_types.timeout_days', 'day') }}
            as abandonment_known_at
    from journeys
    cross join contact_sources
    inner join journey_types
        on journeys.journey_slug = journey_types.journey_slug
    left join efforts
        on journeys.journey_key = efforts.journey_key
    left join scores
        on journeys.journey_key = scores.journey_key
    left join customers
        on journeys.customer_key = customers.customer_key
),

-- An abandoned journey never ended, and its time ran out within horizon and time-out of the start.
units as (
    {{ kpi_units('anchored_journeys', [
        kpi_unit(
            'journey_completion', 'started_at',
            'coalesce(is_reached and closed_at <= horizon_ends_at, false)',
            state='state', matures_at='horizon_ends_at'
        ),
        kpi_unit(
            'journey_abandonment', 'started_at',
            'coalesce(expires_at <= abandonment_known_at, false)',
            state='state', matures_at='abandonment_known_at'
        ),
        kpi_unit(
            'journey_on_target', 'started_at',
            'coalesce(is_reached and closed_at <= target_ends_at, false)',
            state='state', matures_at='target_ends_at'
        ),
        kpi_unit(
            'journey_duration', 'started_at', 'duration_seconds',
            among='is_reached and closed_at <= horizon_ends_at',
            state='state', matures_at='horizon_ends_at'
        ),
        kpi_unit(
            'journey_effort', 'started_at', 'effort_score', among='is_contact_shown',
            state='state', matures_at='horizon_ends_at'
        ),
        kpi_unit(
            'journey_human_contacts', 'started_at', 'human_contact_count', among='is_contact_shown',
            state='state', matures_at='horizon_ends_at'
        ),
        kpi_unit(
            'journey_cost', 'started_at', 'cost_amount', among='cost_amount is not null',
            state='state', matures_at='horizon_ends_at'
        ),
        kpi_unit(
            'journey_satisfaction', 'started_at', 'journey_score',
            among='journey_score is not null', state='state'
        ),
        kpi_unit(
            'journey_touchpoint_satisfaction', 'started_at', 'mean_touchpoint_score',
            among='mean_touchpoint_score is not null', state='state'
        )
    ]) }}
)

select
    metric_slug,
    journey_key as unit_key,
    customer_key,
    started_date as anchor_date,
    entry_channel_slug as channel_slug,
    segment_slug,
    journey_slug,
    unit_value,
    unit_state,
    matures_at
from units
