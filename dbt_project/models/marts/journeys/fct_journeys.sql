with journeys as (
    select * from {{ ref('int_journeys__journeys') }}
),

customers as (
    select * from {{ ref('int_identity__customers') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
)

select
    journeys.journey_key,
    journeys.customer_key,
    journeys.journey_slug,
    journeys.subject_key,
    journeys.repeat_of_journey_key,
    customers.segment_slug,
    journeys.lifecycle_stage_slug,
    journeys.entry_channel_slug,
    journeys.exit_channel_slug,
    case
        when journeys.ended_outcome_slug is not null then journeys.ended_outcome_slug
        when journeys.expires_at < settings.as_of then 'abandoned'
        else 'open'
    end as outcome_slug,
    cast(journeys.touchpoint_count as integer) as touchpoint_count,
    cast(journeys.channel_count as integer) as channel_count,
    cast(journeys.channel_hop_count as integer) as channel_hop_count,
    cast(journeys.human_contact_count as integer) as human_contact_count,
    cast(journeys.inferred_step_count as integer) as inferred_step_count,
    journeys.wait_seconds,
    journeys.handle_seconds,
    epoch(coalesce(journeys.closed_at, journeys.last_anchor_at) - journeys.started_at)
        as duration_seconds,
    cast(journeys.scored_moment_count as integer) as scored_moment_count,
    journeys.first_score,
    journeys.most_extreme_score,
    journeys.last_score,
    cast(journeys.cost_amount as decimal(18, 4)) as cost_amount,
    cast(journeys.revenue_amount as decimal(18, 2)) as revenue_amount,
    coalesce(
        journeys.ended_outcome_slug = 'reached'
        and epoch(journeys.closed_at - journeys.started_at) <= journeys.target_hours * 3600,
        false
    ) as is_on_target,
    journeys.repeat_of_journey_key is not null as is_repeat,
    journeys.started_at,
    case
        when journeys.closed_at is not null then journeys.closed_at
        when journeys.expires_at < settings.as_of then journeys.last_anchor_at
    end as ended_at,
    case
        when journeys.closed_at is null and journeys.expires_at < settings.as_of
            then journeys.expires_at
    end as abandoned_at,
    journeys.last_touchpoint_at
from journeys
cross join settings
left join customers
    on journeys.customer_key = customers.customer_key
