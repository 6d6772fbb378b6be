-- Follows each detractor's answer to the person who reached them and to their next answer. A
-- detractor is who answers in the lowest band: of recommendation, satisfaction or ease.
with answers as (
    select * from {{ ref('int_feedback__counted_answers') }}
    where metric_slug in ('nps_relational', 'nps_transactional', 'csat', 'ces', 'ces_5')
),

touchpoints as (
    select * from {{ ref('int_touchpoints__all') }}
    where customer_key is not null
),

cases as (
    select * from {{ ref('int_cases__cases') }}
),

closed_loop_contacts as (
    select * from {{ ref('closed_loop_contacts') }}
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

-- Who is unhappy twice on one form is one detractor; recommendation comes first, then satisfaction.
ranked_answers as (
    select
        *,
        row_number() over (
            partition by source_name, program_slug, response_id order by metric_slug desc
        ) as form_rank,
        count(*) over (partition by source_name, program_slug, response_id)
            as detractor_answer_count
    from answers
    where is_counted and band in ('detractor', 'bottom')
),

detractors as (
    select * from ranked_answers
    where form_rank = 1
),

-- What a bot says or does is no talk with a person, whatever it came to.
contacts as (
    select
        touchpoints.customer_key,
        touchpoints.touchpoint_key,
        touchpoints.channel_slug,
        touchpoints.team_key,
        touchpoints.contact_reason_slug,
        touchpoints.case_key,
        touchpoints.occurred_at,
        closed_loop_contacts.outcome_slug is not null and not touchpoints.is_bot as is_talk
    from touchpoints
    left join closed_loop_contacts
        on
            touchpoints.touchpoint_type_slug = closed_loop_contacts.touchpoint_type_slug
            and touchpoints.outcome_slug = closed_loop_contacts.outcome_slug
    where
        touchpoints.touchpoint_type_slug in (
            select kinds.touchpoint_type_slug from closed_loop_contacts as kinds
        )
),

following_contacts as (
    select
        detractors.response_key,
        contacts.*,
        row_number() over (
            partition by detractors.response_key, contacts.is_talk
            order by contacts.occurred_at, contacts.touchpoint_key
        ) as contact_number
    from detractors
    inner join contacts
        on
            detractors.customer_key = contacts.customer_key
            and detractors.answered_at < contacts.occurred_at
),

first_contacts as (
    select
        following_contacts.*,
        cases.stated_resolution
    from following_contacts
    left join cases
        on following_contacts.case_key = cases.case_key
    where following_contacts.is_talk and following_contacts.contact_number = 1
),

missed_attempts as (
    select
        detractors.response_key,
        count(*) as attempt_count
    from detractors
    cross join windows
    inner join following_contacts
        on detractors.response_key = following_contacts.response_key
    left join first_contacts
        on detractors.response_key = first_contacts.response_key
    where
        not following_contacts.is_talk
        and following_contacts.occurred_at <= coalesce(
            first_contacts.occurred_at, detractors.answered_at + windows.closed_loop
        )
    group by detractors.response_key
),

next_answers as (
    select
        detractors.response_key,
        min(answers.answered_at) as next_answered_at,
        min_by(answers.band, {{ sort_key(['answers.answered_at', 'answers.response_key']) }})
            as next_band
    from detractors
    inner join answers
        on
            detractors.customer_key = answers.customer_key
            and detractors.metric_slug = answers.metric_slug
            and detractors.answered_at < answers.answered_at
    where answers.is_valid and answers.excluded_reason is null
    group by detractors.response_key
)

select
    detractors.response_key,
    detractors.customer_key,
    detractors.case_key,
    first_contacts.touchpoint_key as contact_touchpoint_key,
    first_contacts.team_key as contact_team_key,
    detractors.metric_slug,
    detractors.source_name,
    detractors.program_slug,
    detractors.channel_slug,
    detractors.segment_slug,
    first_contacts.channel_slug as contact_channel_slug,
    -- What the source says that the talk came to; what was agreed stands in words alone.
    case
        when first_contacts.touchpoint_key is not null
            then coalesce(first_contacts.stated_resolution, 'unknown')
    end as contact_outcome_slug,
    detractors.contact_reason_slug as answer_reason_slug,
    -- A relational answer names no reason: the call about it may.
    coalesce(detractors.contact_reason_slug, first_contacts.contact_reason_slug)
        as contact_reason_slug,
    detractors.score,
    detractors.detractor_answer_count,
    coalesce(missed_attempts.attempt_count, 0) as missed_attempt_count,
    next_answers.next_band,
    detractors.answered_at,
    detractors.answered_date,
    detractors.answered_at + windows.closed_loop as due_at,
    detractors.answered_at + windows.detractor_recovery as recovery_due_at,
    first_contacts.occurred_at as contacted_at,
    next_answers.next_answered_at
from detractors
cross join windows
left join first_contacts
    on detractors.response_key = first_contacts.response_key
left join missed_attempts
    on detractors.response_key = missed_attempts.response_key
left join next_answers
    on detractors.response_key = next_answers.response_key
