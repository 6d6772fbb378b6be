-- Each row holds what a step adds to its journey: a hop, a contact, effort, money. Sums over steps
-- are facts of the journey.
with steps as (
    select * from {{ ref('int_journeys__steps') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints__all') }}
),

sentiments as (
    select * from {{ ref('int_texts__sentiments') }}
    where touchpoint_key is not null
),

touchpoint_types as (
    select * from {{ ref('touchpoint_types') }}
),

channels as (
    select * from {{ ref('channels') }}
),

cases as (
    select * from {{ ref('int_cases__cases') }}
),

effort_signs as (
    select * from {{ ref('effort_signs') }}
),

lasting_contacts as (
    select * from {{ ref('lasting_contacts') }}
),

journey_types as (
    select * from {{ ref('journey_types') }}
),

-- The one list of targets: of a channel that has a target by the clock and one in opening hours,
-- the former counts.
wait_targets as (
    select
        member as channel_slug,
        min_by(target, metric_slug = 'first_response_business_time') as target_seconds
    from {{ ref('int_company__targets') }}
    where
        metric_slug in ('first_response_time', 'first_response_business_time', 'call_wait_time')
        and dimension = 'channel'
        and valid_to = date '9999-12-31'
    group by member
),

signed_steps as (
    select
        steps.journey_step_key,
        coalesce(bool_or(effort_signs.effort_sign = 'contact'), false) as is_contact,
        coalesce(bool_or(effort_signs.effort_sign = 'hand_over'), false) as is_hand_over,
        coalesce(bool_or(effort_signs.effort_sign = 'sent_on'), false) as is_sent_on,
        coalesce(bool_or(effort_signs.effort_sign = 'failed_self_service'), false)
            as is_failed_self_service
    from steps
    inner join touchpoints
        on steps.touchpoint_key = touchpoints.touchpoint_key
    left join effort_signs
        on
            touchpoints.touchpoint_type_slug = effort_signs.touchpoint_type_slug
            and coalesce(
                touchpoints.outcome_slug = effort_signs.outcome_slug,
                effort_signs.outcome_slug is null
            )
    group by steps.journey_step_key
),

described_steps as (
    select
        steps.*,
        touchpoints.session_key,
        touchpoints.case_key,
        touchpoints.order_key,
        touchpoints.channel_slug,
        touchpoints.touchpoint_type_slug,
        touchpoints.outcome_slug,
        touchpoints.contact_reason_slug,
        touchpoint_types.actor as actor_slug,
        touchpoints.direction,
        touchpoints.is_purchase,
        touchpoints.occurred_date,
        touchpoints.score,
        coalesce(sentiments.sentiment, touchpoints.sentiment) as sentiment,
        touchpoints.wait_seconds,
        touchpoints.handle_seconds,
        -- An amount counts once: in the journey of the highest priority that the touchpoint is
        -- about, else in that of those into which it was placed.
        row_number() over (
            partition by steps.touchpoint_key
            order by steps.is_inferred, journey_types.priority, steps.journey_key
        ) = 1 as bears_amounts,
        touchpoints.cost_amount,
        touchpoints.revenue_amount,
        greatest(touchpoints.wait_seconds - wait_targets.target_seconds, 0) as excess_wait_seconds,
        -- A place is where the customer was: a parcel or a message that the company sends moves
        -- nobody.
        case when touchpoints.direction != 'outbound' then channels.place_slug end as place_slug,
        signed_steps.is_contact,
        signed_steps.is_hand_over,
        signed_steps.is_sent_on,
        signed_steps.is_failed_self_service,
        coalesce(cases.transfer_count, 0) as case_transfer_count,
        -- A conversation begins at its moment; all else, and a wait before it, is over by then.
        case
            when lasting_contacts.touchpoint_type_slug is null then steps.occurred_at
            else
                steps.occurred_at
                + {{ duration_of(
                    'greatest(coalesce(touchpoints.wait_seconds, 0), 0)'
                    ~ ' + greatest(coalesce(touchpoints.handle_seconds, 0), 0)',
                    'second'
                ) }}
        end as ended_at,
        touchpoints._load_id
    from steps
    inner join touchpoints
        on steps.touchpoint_key = touchpoints.touchpoint_key
    inner join signed_steps
        on steps.journey_step_key = signed_steps.journey_step_key
    left join sentiments
        on steps.touchpoint_key = sentiments.touchpoint_key
    left join touchpoint_types
        on touchpoints.touchpoint_type_slug = touchpoint_types.touchpoint_type_slug
    left join channels
        on touchpoints.channel_slug = channels.channel_slug
    left join cases
        on touchpoints.case_key = cases.case_key
    left join wait_targets
        on touchpoints.channel_slug = wait_targets.channel_slug
    left join lasting_contacts
        on touchpoints.touchpoint_type_slug = lasting_contacts.touchpoint_type_slug
    left join journey_types
        on steps.journey_slug = journey_types.journey_slug
),

steps_in_order as (
    select
        *,
        {{ last_known('place_slug') }} over earlier_steps as previous_place_slug,
        {{ last_known('case when is_contact then case_key end') }} over earlier_steps
            as previous_case_key,
        {{ last_known('case when is_contact then is_hand_over end') }} over earlier_steps
            as is_previous_hand_over,
        {{ last_known(
            'case when is_contact then is_sent_on or case_transfer_count > 0 end'
        ) }} over earlier_steps as is_previous_sent_on,
        {{ last_known('stage_slug') }} over earlier_steps as previous_stage_slug,
        lag(occurred_at) over journey as previous_occurred_at,
        lead(occurred_at) over journey as next_occurred_at,
        -- With its last contact, or where it has no end with the customer's last touchpoint: what
        -- the company does later is no part of its time.
        coalesce(
            max(case when is_reach or is_fail then ended_at end) over whole_journey,
            max(case when is_anchor then ended_at end) over whole_journey
        ) as journey_ended_at,
        row_number() over (
            partition by journey_slug, customer_key, case_key
            order by occurred_at, step_number, touchpoint_key
        ) as case_step_number,
        row_number() over (
            partition by journey_key, case_key, is_contact order by step_number
        ) as case_contact_number
    from described_steps
    window
        journey as (partition by journey_key order by step_number),
        whole_journey as (partition by journey_key),
        earlier_steps as (
            partition by journey_key
            order by step_number
            rows between unbounded preceding and 1 preceding
        )
),

counted_steps as (
    select
        *,
        coalesce(place_slug != previous_place_slug, false) as is_channel_hop,
        -- An agent who takes over from the bot is the same contact going on.
        is_contact and not coalesce(is_previous_hand_over and case_key = previous_case_key, false)
            as is_new_contact,
        is_contact and case_contact_number = 1 as is_first_of_case
    from steps_in_order
)

select
    journey_step_key,
    journey_key,
    touchpoint_key,
    customer_key,
    session_key,
    case_key,
    order_key,
    journey_slug,
    subject_key,
    channel_slug,
    place_slug,
    touchpoint_type_slug,
    outcome_slug,
    contact_reason_slug,
    direction,
    coalesce(stage_slug, previous_stage_slug) as stage_slug,
    timeout_days,
    maximum_days,
    step_number,
    score,
    sentiment,
    wait_seconds,
    handle_seconds,
    excess_wait_seconds,
    case when bears_amounts then cost_amount else 0 end as cost_amount,
    case when bears_amounts then revenue_amount else 0 end as revenue_amount,
    {{ seconds_between('previous_occurred_at', 'occurred_at') }} as gap_seconds,
    -- The time from this step to the next, or to the end, belongs to the stage of this step.
    {{ seconds_between(
        'least(occurred_at, journey_ended_at)',
        'least(coalesce(next_occurred_at, journey_ended_at), journey_ended_at)'
    ) }} as stage_seconds,
    -- A case is counted once, where it comes first.
    case
        when case_key is not null and case_step_number = 1 then case_transfer_count else 0
    end as transfer_count,
    is_channel_hop,
    is_channel_hop and is_contact and coalesce(is_previous_sent_on, false) as is_forced_hop,
    is_new_contact as is_contact,
    actor_slug = 'human' and direction = 'inbound' as is_human_contact,
    is_purchase,
    is_hand_over,
    is_first_of_case
    and contact_reason_slug is not null
    and row_number() over (
        partition by journey_key, contact_reason_slug, is_first_of_case order by step_number
    ) > 1 as is_repeat_contact,
    is_failed_self_service,
    is_reach,
    is_fail,
    is_anchor,
    is_inferred,
    occurred_at,
    ended_at,
    occurred_date,
    _load_id
from counted_steps
