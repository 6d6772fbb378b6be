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
        ) as form_rank
    from answers
    where is_counted and band in ('detractor', 'bottom')
),

detractors as (
    select * from ranked_answers
    where form_rank = 1
),

human_contacts as (
    select
        touchpoints.customer_key,
        touchpoints.team_key,
        touchpoints.contact_reason_slug,
        touchpoints.touchpoint_key,
        touchpoints.occurred_at
    from touchpoints
    inner join closed_loop_contacts
        on
            touchpoints.touchpoint_type_slug = closed_loop_contacts.touchpoint_type_slug
            and coalesce(touchpoints.outcome_slug, '') = closed_loop_contacts.outcome_slug
),

first_contacts as (
    select
        detractors.response_key,
        min_by(
            human_contacts.team_key,
            {{ sort_key(['human_contacts.occurred_at', 'human_contacts.touchpoint_key']) }}
        ) as contact_team_key,
        min_by(
            human_contacts.contact_reason_slug,
            {{ sort_key(['human_contacts.occurred_at', 'human_contacts.touchpoint_key']) }}
        ) as contact_reason_slug,
        min(human_contacts.occurred_at) as contacted_at
    from detractors
    inner join human_contacts
        on
            detractors.customer_key = human_contacts.customer_key
            and detractors.answered_at < human_contacts.occurred_at
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
    first_contacts.contact_team_key,
    detractors.metric_slug,
    detractors.source_name,
    detractors.program_slug,
    detractors.channel_slug,
    detractors.segment_slug,
    -- A relational answer names no reason: the call about it may.
    coalesce(detractors.contact_reason_slug, first_contacts.contact_reason_slug)
        as contact_reason_slug,
    detractors.score,
    next_answers.next_band,
    detractors.answered_at,
    detractors.answered_date,
    detractors.answered_at + windows.closed_loop as due_at,
    detractors.answered_at + windows.detractor_recovery as recovery_due_at,
    first_contacts.contacted_at,
    next_answers.next_answered_at
from detractors
cross join windows
left join first_contacts
    on detractors.response_key = first_contacts.response_key
left join next_answers
    on detractors.response_key = next_answers.response_key
