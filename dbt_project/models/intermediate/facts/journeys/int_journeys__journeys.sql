-- Holds nothing that depends on `as_of`: `expires_at` says when an unfinished journey is abandoned.
with steps as (
    select * from {{ ref('int_journeys__step_facts') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints__all') }}
),

lifecycle_stages as (
    select * from {{ ref('int_journeys__lifecycle_stages') }}
),

journey_types as (
    select * from {{ ref('journey_types') }}
),

candidates as (
    select * from {{ ref('int_journeys__candidates') }}
),

-- Where no source shows contacts, a journey without any is not known to be easy.
contact_sources as (
    select coalesce(bool_or(is_shown), false) as is_shown
    from {{ ref('int_company__shown_shapes') }}
    where shape_slug = 'cases'
),

measured_journeys as (
    select
        journey_key,
        customer_key,
        journey_slug,
        subject_key,
        max(case when step_number = 1 then touchpoint_key end) as start_touchpoint_key,
        max(case when step_number = 1 then channel_slug end) as entry_channel_slug,
        max(case when step_number = 1 then contact_reason_slug end) as entry_reason_slug,
        max_by(channel_slug, step_number) as exit_channel_slug,
        max_by(stage_slug, step_number) as last_stage_slug,
        case
            when bool_or(is_reach) then 'reached'
            when bool_or(is_fail) then 'failed'
        end as ended_outcome_slug,
        count(*) as touchpoint_count,
        -- Where the company alone acts, in a system that is no place, that is one channel.
        greatest(count(distinct place_slug), 1) as channel_count,
        count(distinct stage_slug) as stage_count,
        count(*) filter (where is_channel_hop) as channel_hop_count,
        count(*) filter (where is_forced_hop) as forced_hop_count,
        count(*) filter (where is_contact) as contact_count,
        count(*) filter (where is_human_contact) as human_contact_count,
        count(*) filter (where is_repeat_contact) as repeat_contact_count,
        count(*) filter (where is_hand_over) as hand_over_count,
        sum(transfer_count) as transfer_count,
        count(*) filter (where is_failed_self_service) as failed_self_service_count,
        count(*) filter (where is_inferred) as inferred_step_count,
        sum(coalesce(wait_seconds, 0)) as wait_seconds,
        max(wait_seconds) as longest_wait_seconds,
        sum(coalesce(excess_wait_seconds, 0)) as excess_wait_seconds,
        sum(coalesce(handle_seconds, 0)) as handle_seconds,
        sum(cost_amount) as cost_amount,
        sum(coalesce(revenue_amount, 0)) as revenue_amount,
        min(occurred_at) as started_at,
        max(case when step_number = 1 then occurred_date end) as started_date,
        max(case when is_reach or is_fail then ended_at end) as closed_at,
        max(case when is_anchor then occurred_at end) as last_anchor_at,
        max(case when is_anchor then ended_at end) as last_anchor_ended_at,
        max(occurred_at) as last_touchpoint_at,
        max(timeout_days) as timeout_days,
        max(maximum_days) as maximum_days,
        max(_load_id) as _load_id
    from steps
    group by
        journey_key,
        customer_key,
        journey_slug,
        subject_key
),

-- Sign-ins in the sessions of a journey beyond the first one, which is no effort that the journey
-- caused.
journey_sessions as (
    select
        journey_key,
        session_key
    from steps
    where session_key is not null
    group by
        journey_key,
        session_key
),

authentications as (
    select
        journey_sessions.journey_key,
        count(*) - 1 as reauthentication_count
    from touchpoints
    inner join journey_sessions
        on touchpoints.session_key = journey_sessions.session_key
    where touchpoints.touchpoint_type_slug = 'signed_in'
    group by journey_sessions.journey_key
),

ended_journeys as (
    select
        *,
        coalesce(closed_at, last_anchor_ended_at) as ended_at
    from measured_journeys
),

-- The latest journey about the same subject that had ended before, at most `repeat_days` ago.
repeated_journeys as (
    select
        ended_journeys.journey_key,
        max_by(
            earlier_journeys.journey_key,
            {{ sort_key(['earlier_journeys.ended_at', 'earlier_journeys.journey_key']) }}
        ) as repeat_of_journey_key
    from ended_journeys
    inner join journey_types
        on ended_journeys.journey_slug = journey_types.journey_slug
    inner join ended_journeys as earlier_journeys
        on
            ended_journeys.customer_key = earlier_journeys.customer_key
            and ended_journeys.journey_slug = earlier_journeys.journey_slug
            and coalesce(ended_journeys.subject_key, '')
            = coalesce(earlier_journeys.subject_key, '')
            and ended_journeys.started_at > earlier_journeys.ended_at
            and ended_journeys.started_at
            - {{ duration_of('journey_types.repeat_days', 'day') }}
            <= earlier_journeys.ended_at
    group by ended_journeys.journey_key
)

select
    ended_journeys.journey_key,
    ended_journeys.customer_key,
    ended_journeys.journey_slug,
    ended_journeys.subject_key,
    ended_journeys.start_touchpoint_key,
    repeated_journeys.repeat_of_journey_key,
    lifecycle_stages.lifecycle_stage_slug,
    ended_journeys.entry_channel_slug,
    ended_journeys.entry_reason_slug,
    ended_journeys.exit_channel_slug,
    ended_journeys.last_stage_slug,
    ended_journeys.ended_outcome_slug,
    ended_journeys.touchpoint_count,
    ended_journeys.channel_count,
    ended_journeys.stage_count,
    ended_journeys.channel_hop_count,
    ended_journeys.failed_self_service_count,
    coalesce(authentications.reauthentication_count, 0) as reauthentication_count,
    ended_journeys.inferred_step_count,
    {%- for column in [
        'forced_hop_count', 'contact_count', 'human_contact_count', 'repeat_contact_count',
        'hand_over_count', 'transfer_count', 'wait_seconds', 'longest_wait_seconds',
        'excess_wait_seconds', 'handle_seconds'
    ] %}
        case when contact_sources.is_shown then ended_journeys.{{ column }} end as {{ column }},
    {%- endfor %}
    ended_journeys.cost_amount,
    ended_journeys.revenue_amount,
    journey_types.target_hours,
    journey_types.horizon_days,
    coalesce(candidates.is_attempt, false) as is_start_seen,
    ended_journeys.started_at,
    ended_journeys.started_date,
    ended_journeys.closed_at,
    ended_journeys.last_anchor_at,
    ended_journeys.last_anchor_ended_at,
    ended_journeys.last_touchpoint_at,
    case
        when ended_journeys.closed_at is null
            then
                least(
                    ended_journeys.last_anchor_at
                    + {{ duration_of('ended_journeys.timeout_days', 'day') }},
                    ended_journeys.started_at
                    + {{ duration_of('ended_journeys.maximum_days', 'day') }}
                )
    end as expires_at,
    ended_journeys._load_id
from ended_journeys
cross join contact_sources
inner join journey_types
    on ended_journeys.journey_slug = journey_types.journey_slug
left join repeated_journeys
    on ended_journeys.journey_key = repeated_journeys.journey_key
left join authentications
    on ended_journeys.journey_key = authentications.journey_key
left join lifecycle_stages
    on ended_journeys.start_touchpoint_key = lifecycle_stages.touchpoint_key
left join candidates
    on
        ended_journeys.start_touchpoint_key = candidates.touchpoint_key
        and ended_journeys.journey_slug = candidates.journey_slug
