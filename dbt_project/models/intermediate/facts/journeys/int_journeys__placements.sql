-- The subject of each candidate. One that names none (a call without an order) either falls into
-- a journey that is open then, as an inferred step, or opens a journey whose subject is unknown
-- until a later touchpoint names it.
with candidates as (
    select * from {{ ref('int_journeys__candidates') }}
),

explicit_candidates as (
    select * from candidates
    where subject_key is not null or not has_subject
),

silent_candidates as (
    select * from candidates
    where subject_key is null and has_subject
),

explicit_steps as (
    {{ cut_journeys('explicit_candidates') }}
),

explicit_journeys as (
    select
        journey_key,
        customer_key,
        journey_slug,
        min(occurred_at) as started_at,
        {{ journey_open_until() }} as open_until
    from explicit_steps
    group by
        journey_key,
        customer_key,
        journey_slug
),

inferred_candidates as (
    select
        silent_candidates.touchpoint_key,
        silent_candidates.journey_slug
    from silent_candidates
    inner join explicit_journeys
        on
            silent_candidates.customer_key = explicit_journeys.customer_key
            and silent_candidates.journey_slug = explicit_journeys.journey_slug
            and silent_candidates.occurred_at
            between explicit_journeys.started_at and explicit_journeys.open_until
    group by
        silent_candidates.touchpoint_key,
        silent_candidates.journey_slug
),

unplaced_candidates as (
    select silent_candidates.*
    from silent_candidates
    left join inferred_candidates
        on
            silent_candidates.touchpoint_key = inferred_candidates.touchpoint_key
            and silent_candidates.journey_slug = inferred_candidates.journey_slug
    where inferred_candidates.touchpoint_key is null
),

unknown_steps as (
    {{ cut_journeys('unplaced_candidates') }}
),

unknown_journeys as (
    select
        journey_key,
        customer_key,
        journey_slug,
        min(occurred_at) as started_at,
        {{ journey_open_until() }} as open_until
    from unknown_steps
    group by
        journey_key,
        customer_key,
        journey_slug
    having not bool_or(is_reach or is_fail)
),

adopted_subjects as (
    select
        unknown_journeys.journey_key,
        explicit_candidates.subject_key,
        row_number() over (
            partition by unknown_journeys.journey_key
            order by explicit_candidates.occurred_at, explicit_candidates.touchpoint_key
        ) as naming_order
    from unknown_journeys
    inner join explicit_candidates
        on
            unknown_journeys.customer_key = explicit_candidates.customer_key
            and unknown_journeys.journey_slug = explicit_candidates.journey_slug
            and unknown_journeys.started_at < explicit_candidates.occurred_at
            and unknown_journeys.open_until >= explicit_candidates.occurred_at
)

select
    candidates.touchpoint_key,
    candidates.customer_key,
    candidates.journey_slug,
    coalesce(candidates.subject_key, adopted_subjects.subject_key) as subject_key,
    candidates.stage_slug,
    candidates.timeout_days,
    candidates.maximum_days,
    candidates.role_rank,
    candidates.is_start,
    candidates.is_reach,
    candidates.is_fail,
    candidates.is_anchor,
    inferred_candidates.touchpoint_key is not null as is_inferred,
    candidates.occurred_at
from candidates
left join inferred_candidates
    on
        candidates.touchpoint_key = inferred_candidates.touchpoint_key
        and candidates.journey_slug = inferred_candidates.journey_slug
left join unknown_steps
    on
        candidates.touchpoint_key = unknown_steps.touchpoint_key
        and candidates.journey_slug = unknown_steps.journey_slug
left join adopted_subjects
    on
        unknown_steps.journey_key = adopted_subjects.journey_key
        and adopted_subjects.naming_order = 1
