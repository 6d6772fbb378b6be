with steps as (
    select * from {{ ref('int_journeys__step_facts') }}
),

stage_steps as (
    select
        *,
        coalesce(
            stage_slug != lag(stage_slug) over (partition by journey_key order by step_number), true
        ) as is_entry
    from steps
)

select
    {{ surrogate_key(['journey_key', 'stage_slug']) }} as journey_stage_key,
    journey_key,
    customer_key,
    journey_slug,
    stage_slug,
    cast(row_number() over (
        partition by journey_key order by min(step_number)
    ) as integer) as stage_number,
    cast(count(*) as integer) as step_count,
    cast(count(*) filter (where is_entry) as integer) as entry_count,
    cast(sum(cast(stage_seconds as decimal(18, 6))) as double) as stage_seconds,
    min(occurred_at) as first_entered_at
from stage_steps
group by
    journey_key,
    customer_key,
    journey_slug,
    stage_slug
