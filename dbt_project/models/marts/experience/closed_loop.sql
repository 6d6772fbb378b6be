-- The rates are on the scorecard; this mart lists the detractors for the people who call them.
with loops as (
    select * from {{ ref('int_feedback__loops') }}
),

loop_owners as (
    select * from {{ ref('int_journeys__loop_owners') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
)

select
    loops.response_key,
    loops.customer_key,
    loop_owners.owner_team_key,
    loops.contact_team_key,
    loops.contact_touchpoint_key,
    loop_owners.store_key,
    loops.source_name,
    loops.program_slug,
    loops.metric_slug,
    loops.channel_slug,
    loops.segment_slug,
    coalesce(loops.contact_reason_slug, 'unknown') as contact_reason_slug,
    loops.contact_channel_slug,
    loops.contact_outcome_slug,
    case
        when loops.customer_key is null then 'unknown'
        when loops.contacted_at <= loops.due_at then 'closed'
        when loops.contacted_at is not null then 'closed_late'
        when loops.due_at < settings.as_of then 'missed'
        else 'open'
    end as loop_state,
    case
        when loops.next_answered_at <= loops.recovery_due_at
            then case
                when loops.next_band in ('detractor', 'bottom') then 'detractor_again'
                else 'recovered'
            end
        when loops.recovery_due_at < settings.as_of then 'silent'
        else 'open'
    end as recovery_state,
    loops.score,
    loops.detractor_answer_count,
    loops.missed_attempt_count,
    {{ dbt.datediff('loops.answered_at', 'loops.contacted_at', 'second') }} as contact_seconds,
    loops.answered_at,
    loops.answered_date,
    loops.due_at,
    loops.contacted_at,
    loops.next_answered_at
from loops
cross join settings
left join loop_owners
    on loops.response_key = loop_owners.response_key
