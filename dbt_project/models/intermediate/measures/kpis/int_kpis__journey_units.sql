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

coverage as (
    select * from {{ ref('int_journeys__coverage') }}
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
        coverage.not_judged_reason,
        coverage.covered_until,
        coverage.is_cut_by_hole,
        journey_types.timeout_days,
        journeys.ended_outcome_slug = 'reached' as is_reached,
        {{ seconds_between('journeys.started_at', 'journeys.closed_at') }} as duration_seconds,
        journeys.human_contact_count,
        journeys.cost_amount,
        efforts.effort_score,
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
    inner join journey_types
        on journeys.journey_slug = journey_types.journey_slug
    left join efforts
        on journeys.journey_key = efforts.journey_key
    left join scores
        on journeys.journey_key = scores.journey_key
    left join customers
        on journeys.customer_key = customers.customer_key
    left join coverage
        on journeys.journey_key = coverage.journey_key
),

-- The journey of an anonymous visitor may be half of a known customer's: it is counted apart. One
-- whose start nobody saw exists only because it was reached: it counts in no share.
judged_journeys as (
    select
        *,
        case
            when not_judged_reason is not null then 'excluded'
            when not is_identified then 'unknown'
            else 'eligible'
        end as outcome_state,
        case
            when not_judged_reason in ('not_observable', 'not_covered') then 'excluded'
            when not is_identified then 'unknown'
            else 'eligible'
        end as measure_state,
        case when is_identified then 'eligible' else 'unknown' end as answer_state
    from anchored_journeys
),

-- An abandoned journey never ended, and its time ran out within horizon and time-out of the start.
units as (
    {{ kpi_units('judged_journeys', [
        kpi_unit(
            'journey_completion', 'started_at',
            'coalesce(is_reached and closed_at <= horizon_ends_at, false)',
            state='outcome_state', matures_at='horizon_ends_at'
        ),
        kpi_unit(
            'journey_abandonment', 'started_at',
            'coalesce(expires_at <= abandonment_known_at, false)',
            among='timeout_days is not null',
            state='outcome_state', matures_at='abandonment_known_at'
        ),
        kpi_unit(
            'journey_on_target', 'started_at',
            'coalesce(is_reached and closed_at <= target_ends_at, false)',
            state='outcome_state', matures_at='target_ends_at'
        ),
        kpi_unit(
            'journey_duration', 'started_at', 'duration_seconds',
            among='is_reached and closed_at <= horizon_ends_at',
            state='outcome_state', matures_at='horizon_ends_at'
        ),
        kpi_unit(
            'journey_effort', 'started_at', 'effort_score', among='effort_score is not null',
            state='measure_state', matures_at='horizon_ends_at'
        ),
        kpi_unit(
            'journey_human_contacts', 'started_at', 'human_contact_count',
            among='human_contact_count is not null',
            state='measure_state', matures_at='horizon_ends_at'
        ),
        kpi_unit(
            'journey_cost', 'started_at', 'cost_amount', among='cost_amount is not null',
            state='measure_state', matures_at='horizon_ends_at'
        ),
        kpi_unit(
            'journey_satisfaction', 'started_at', 'journey_score',
            among='journey_score is not null', state='answer_state'
        ),
        kpi_unit(
            'journey_touchpoint_satisfaction', 'started_at', 'mean_touchpoint_score',
            among='mean_touchpoint_score is not null', state='answer_state'
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
    -- A day without its file within the window may have held the outcome.
    case
        when is_cut_by_hole and matures_at > started_at and matures_at > covered_until
            then 'excluded'
        else unit_state
    end as unit_state,
    -- What lies beyond the last day that all its sources cover matures when they deliver again.
    case
        when matures_at > started_at and matures_at > covered_until and not is_cut_by_hole
            then timestamp '9999-12-31'
        else matures_at
    end as matures_at
from units
