-- Holds nothing that depends on `as_of`: `expires_at` says when an unfinished journey is abandoned.
with steps as (
    select * from {{ ref('int_journeys__steps') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints__all') }}
),

touchpoint_types as (
    select * from {{ ref('touchpoint_types') }}
),

lifecycle_stages as (
    select * from {{ ref('int_journeys__lifecycle_stages') }}
),

journey_types as (
    select * from {{ ref('journey_types') }}
),

step_facts as (
    select
        steps.journey_key,
        steps.touchpoint_key,
        steps.customer_key,
        steps.journey_slug,
        steps.subject_key,
        steps.step_number,
        steps.timeout_days,
        steps.is_reach,
        steps.is_fail,
        steps.is_anchor,
        steps.is_inferred,
        steps.occurred_at,
        touchpoints.channel_slug,
        touchpoints.wait_seconds,
        touchpoints.handle_seconds,
        touchpoints.score,
        touchpoints.cost_amount,
        touchpoints.revenue_amount,
        touchpoints.occurred_date,
        touchpoints._load_id,
        touchpoint_types.actor = 'human' and touchpoints.direction = 'inbound' as is_human_contact,
        coalesce(
            touchpoints.channel_slug != lag(touchpoints.channel_slug) over (
                partition by steps.journey_key
                order by steps.step_number
            ),
            false
        ) as is_channel_hop,
        -- The most extreme moment; of two equal ones the worse, then the later.
        row_number() over (
            partition by steps.journey_key
            order by
                abs(touchpoints.score - 0.5) desc nulls last,
                touchpoints.score asc,
                steps.step_number desc
        ) as extremeness_rank
    from steps
    inner join touchpoints
        on steps.touchpoint_key = touchpoints.touchpoint_key
    left join touchpoint_types
        on touchpoints.touchpoint_type_slug = touchpoint_types.touchpoint_type_slug
),

measured_journeys as (
    select
        journey_key,
        customer_key,
        journey_slug,
        subject_key,
        max(case when step_number = 1 then touchpoint_key end) as start_touchpoint_key,
        max(case when step_number = 1 then channel_slug end) as entry_channel_slug,
        max_by(channel_slug, step_number) as exit_channel_slug,
        case
            when bool_or(is_reach) then 'reached'
            when bool_or(is_fail) then 'failed'
        end as ended_outcome_slug,
        count(*) as touchpoint_count,
        count(distinct channel_slug) as channel_count,
        sum(case when is_channel_hop then 1 else 0 end) as channel_hop_count,
        sum(case when is_human_contact then 1 else 0 end) as human_contact_count,
        sum(case when is_inferred then 1 else 0 end) as inferred_step_count,
        sum(coalesce(wait_seconds, 0)) as wait_seconds,
        sum(coalesce(handle_seconds, 0)) as handle_seconds,
        min_by(score, step_number) filter (where score is not null) as first_score,
        max_by(score, step_number) filter (where score is not null) as last_score,
        max(case when extremeness_rank = 1 then score end) as most_extreme_score,
        count(score) as scored_moment_count,
        sum(coalesce(cost_amount, 0)) as cost_amount,
        sum(coalesce(revenue_amount, 0)) as revenue_amount,
        min(occurred_at) as started_at,
        max(case when step_number = 1 then occurred_date end) as started_date,
        max(case when is_reach or is_fail then occurred_at end) as closed_at,
        max(case when is_anchor then occurred_at end) as last_anchor_at,
        max(occurred_at) as last_touchpoint_at,
        max(timeout_days) as timeout_days,
        max(_load_id) as _load_id
    from step_facts
    group by
        journey_key,
        customer_key,
        journey_slug,
        subject_key
),

earlier_journeys as (
    select
        journey_key,
        lag(journey_key) over same_attempt as earlier_journey_key,
        lag(coalesce(closed_at, last_anchor_at)) over same_attempt as earlier_ended_at
    from measured_journeys
    window same_attempt as (
        partition by customer_key, journey_slug, subject_key
        order by started_at, journey_key
    )
)

select
    measured_journeys.journey_key,
    measured_journeys.customer_key,
    measured_journeys.journey_slug,
    measured_journeys.subject_key,
    measured_journeys.start_touchpoint_key,
    case
        when
            earlier_journeys.earlier_ended_at
            >= measured_journeys.started_at
            - to_seconds(cast(journey_types.repeat_days * 86400 as bigint))
            then earlier_journeys.earlier_journey_key
    end as repeat_of_journey_key,
    lifecycle_stages.lifecycle_stage_slug,
    measured_journeys.entry_channel_slug,
    measured_journeys.exit_channel_slug,
    measured_journeys.ended_outcome_slug,
    measured_journeys.touchpoint_count,
    measured_journeys.channel_count,
    measured_journeys.channel_hop_count,
    measured_journeys.human_contact_count,
    measured_journeys.inferred_step_count,
    measured_journeys.wait_seconds,
    measured_journeys.handle_seconds,
    measured_journeys.scored_moment_count,
    measured_journeys.first_score,
    measured_journeys.most_extreme_score,
    measured_journeys.last_score,
    measured_journeys.cost_amount,
    measured_journeys.revenue_amount,
    journey_types.target_hours,
    journey_types.horizon_days,
    measured_journeys.started_at,
    measured_journeys.started_date,
    measured_journeys.closed_at,
    measured_journeys.last_anchor_at,
    measured_journeys.last_touchpoint_at,
    case
        when measured_journeys.closed_at is null
            then
                measured_journeys.last_anchor_at
                + to_seconds(cast(measured_journeys.timeout_days * 86400 as bigint))
    end as expires_at,
    measured_journeys._load_id
from measured_journeys
inner join journey_types
    on measured_journeys.journey_slug = journey_types.journey_slug
inner join earlier_journeys
    on measured_journeys.journey_key = earlier_journeys.journey_key
left join lifecycle_stages
    on measured_journeys.start_touchpoint_key = lifecycle_stages.touchpoint_key
