with placements as (
    select * from {{ ref('int_journeys__placements') }}
),

placed_candidates as (
    select * from placements
    where not is_inferred
),

inferred_candidates as (
    select * from placements
    where is_inferred
),

explicit_steps as (
    {{ cut_journeys('placed_candidates') }}
),

journey_spans as (
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

-- The open journey with the latest explicit touchpoint; of two, the one that started later.
inferred_choices as (
    select
        inferred_candidates.touchpoint_key,
        inferred_candidates.customer_key,
        inferred_candidates.journey_slug,
        explicit_steps.subject_key,
        explicit_steps.journey_key,
        inferred_candidates.stage_slug,
        inferred_candidates.timeout_days,
        inferred_candidates.maximum_days,
        inferred_candidates.occurred_at,
        row_number() over (
            partition by inferred_candidates.touchpoint_key, inferred_candidates.journey_slug
            order by
                explicit_steps.occurred_at desc,
                journey_spans.started_at desc,
                explicit_steps.journey_key asc
        ) as choice
    from inferred_candidates
    inner join explicit_steps
        on
            inferred_candidates.customer_key = explicit_steps.customer_key
            and inferred_candidates.journey_slug = explicit_steps.journey_slug
            and inferred_candidates.occurred_at >= explicit_steps.occurred_at
    inner join journey_spans
        on
            explicit_steps.journey_key = journey_spans.journey_key
            -- Whichever tables are joined first, customer and type are compared, never time alone.
            and inferred_candidates.customer_key = journey_spans.customer_key
            and inferred_candidates.journey_slug = journey_spans.journey_slug
            and inferred_candidates.occurred_at <= journey_spans.open_until
),

steps as (
    select
        touchpoint_key,
        customer_key,
        journey_slug,
        subject_key,
        journey_key,
        stage_slug,
        timeout_days,
        maximum_days,
        -- A start that also reaches ranks late; what is inferred at its moment comes after it.
        case when touchpoint_key = start_touchpoint_key then 0 else role_rank end as role_rank,
        is_reach,
        is_fail,
        is_anchor,
        false as is_inferred,
        occurred_at
    from explicit_steps

    union all

    select
        touchpoint_key,
        customer_key,
        journey_slug,
        subject_key,
        journey_key,
        stage_slug,
        timeout_days,
        maximum_days,
        2 as role_rank,
        false as is_reach,
        false as is_fail,
        false as is_anchor,
        true as is_inferred,
        occurred_at
    from inferred_choices
    where choice = 1
)

select
    {{ surrogate_key(['journey_key', 'touchpoint_key']) }} as journey_step_key,
    journey_key,
    touchpoint_key,
    customer_key,
    journey_slug,
    subject_key,
    stage_slug,
    timeout_days,
    maximum_days,
    row_number() over (
        partition by journey_key
        order by occurred_at, role_rank, touchpoint_key
    ) as step_number,
    is_reach,
    is_fail,
    is_anchor,
    is_inferred,
    occurred_at
from steps
