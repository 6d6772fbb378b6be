-- Everything that depends on `as_of` is resolved here; journeys are stored without it.
with journeys as (
    select * from {{ ref('int_journeys__journeys') }}
),

scores as (
    select * from {{ ref('int_journeys__scores') }}
),

efforts as (
    select * from {{ ref('int_journeys__efforts') }}
),

steps as (
    select * from {{ ref('int_journeys__step_facts') }}
),

bad_experiences as (
    select * from {{ ref('bad_experiences') }}
),

customers as (
    select * from {{ ref('int_identity__customers') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

coverage as (
    select * from {{ ref('int_journeys__coverage') }}
),

journey_subjects as (
    select
        journey_key,
        case_key as subject_key
    from steps
    where case_key is not null

    union

    select
        journey_key,
        order_key as subject_key
    from steps
    where order_key is not null

    union

    select
        journey_key,
        subject_key
    from journeys
    where subject_key is not null
),

incident_subjects as (
    select
        bad_experience_key,
        customer_key,
        occurred_at,
        {{ one_row_per(['case_key', 'order_key']) }} as subject_key
    from bad_experiences
),

-- An incident belongs to the journeys about its case or order that were under way.
journey_incidents as (
    select
        journeys.journey_key,
        count(distinct incident_subjects.bad_experience_key) as bad_experience_count
    from incident_subjects
    inner join journey_subjects
        on incident_subjects.subject_key = journey_subjects.subject_key
    inner join journeys
        on
            journey_subjects.journey_key = journeys.journey_key
            and incident_subjects.customer_key = journeys.customer_key
            and incident_subjects.occurred_at >= journeys.started_at
            and incident_subjects.occurred_at <= journeys.last_touchpoint_at
    group by journeys.journey_key
)

select
    journeys.journey_key,
    journeys.customer_key,
    journeys.subject_key,
    journeys.repeat_of_journey_key,
    journeys.journey_slug,
    customers.segment_slug,
    journeys.lifecycle_stage_slug,
    journeys.entry_channel_slug,
    journeys.entry_reason_slug,
    journeys.exit_channel_slug,
    journeys.last_stage_slug,
    case
        when journeys.ended_outcome_slug is not null then journeys.ended_outcome_slug
        when journeys.expires_at < settings.as_of then 'abandoned'
        else 'open'
    end as outcome_slug,
    cast(journeys.touchpoint_count as integer) as touchpoint_count,
    cast(journeys.stage_count as integer) as stage_count,
    cast(journeys.channel_count as integer) as channel_count,
    cast(journeys.channel_hop_count as integer) as channel_hop_count,
    cast(journeys.forced_hop_count as integer) as forced_hop_count,
    cast(journeys.contact_count as integer) as contact_count,
    cast(journeys.human_contact_count as integer) as human_contact_count,
    cast(journeys.repeat_contact_count as integer) as repeat_contact_count,
    cast(journeys.hand_over_count as integer) as hand_over_count,
    cast(journeys.transfer_count as integer) as transfer_count,
    cast(
        journeys.repeat_contact_count + journeys.hand_over_count + journeys.transfer_count
        as integer
    ) as restated_count,
    cast(journeys.reauthentication_count as integer) as reauthentication_count,
    cast(journeys.failed_self_service_count as integer) as failed_self_service_count,
    cast(journeys.inferred_step_count as integer) as inferred_step_count,
    cast(coalesce(journey_incidents.bad_experience_count, 0) as integer) as bad_experience_count,
    journeys.wait_seconds,
    journeys.longest_wait_seconds,
    journeys.excess_wait_seconds,
    journeys.handle_seconds,
    case
        when journeys.is_start_seen
            then {{ seconds_between(
                'journeys.started_at', 'coalesce(journeys.closed_at, journeys.last_anchor_ended_at)'
            ) }}
    end as duration_seconds,
    efforts.effort_score,
    cast(coalesce(scores.scored_moment_count, 0) as integer) as scored_moment_count,
    scores.first_score,
    scores.most_extreme_score,
    scores.last_score,
    scores.peak_end_score,
    scores.mean_touchpoint_score,
    scores.journey_score,
    cast(scores.ces_score as integer) as ces_score,
    cast(journeys.cost_amount as decimal(18, 4)) as cost_amount,
    cast(journeys.revenue_amount as decimal(18, 2)) as revenue_amount,
    case
        when journeys.is_start_seen
            then coalesce(
                journeys.ended_outcome_slug = 'reached'
                and {{ seconds_between(
                    'journeys.started_at', 'journeys.closed_at'
                ) }} <= journeys.target_hours * 3600,
                false
            )
    end as is_on_target,
    journeys.repeat_of_journey_key is not null as is_repeat,
    journeys.channel_count > 1 as is_cross_channel,
    journeys.is_start_seen,
    coverage.not_judged_reason is null as is_judged,
    coverage.not_judged_reason,
    journeys.started_at,
    journeys.started_date,
    case
        when journeys.closed_at is not null then journeys.closed_at
        when journeys.expires_at < settings.as_of then journeys.last_anchor_ended_at
    end as ended_at,
    case
        when journeys.closed_at is null and journeys.expires_at < settings.as_of
            then journeys.expires_at
    end as abandoned_at,
    journeys.expires_at,
    journeys.last_touchpoint_at,
    scores.journey_scored_at
from journeys
cross join settings
left join scores
    on journeys.journey_key = scores.journey_key
left join efforts
    on journeys.journey_key = efforts.journey_key
left join journey_incidents
    on journeys.journey_key = journey_incidents.journey_key
left join coverage
    on journeys.journey_key = coverage.journey_key
left join customers
    on journeys.customer_key = customers.customer_key
