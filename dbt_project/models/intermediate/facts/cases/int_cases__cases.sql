with source_cases as (
    select * from {{ ref('int_shapes__cases') }}
),

source_contact_reasons as (
    select * from {{ ref('source_contact_reasons') }}
),

customer_profiles as (
    select * from {{ ref('int_identity__customer_profiles') }}
),

customers as (
    select * from {{ ref('int_identity__customers') }}
),

contact_reasons as (
    select * from {{ ref('contact_reasons') }}
),

resolution_limits as (
    select * from {{ ref('resolution_limits') }}
)

-- What the agent or the customer calls unresolved was closed, not solved.
select
    source_cases.case_key,
    source_cases.profile_key,
    customer_profiles.customer_key,
    source_cases.order_key,
    source_cases.team_key,
    source_cases.source_name,
    source_cases.case_id,
    source_cases.channel_slug,
    customers.segment_slug,
    source_contact_reasons.contact_reason_slug,
    contact_reasons.kind as contact_reason_kind,
    source_cases.started_by,
    source_cases.excluded_reason,
    source_cases.language,
    source_cases.stated_resolution,
    source_cases.customer_turn_count,
    source_cases.agent_reply_count,
    source_cases.reopened_count,
    source_cases.transfer_count,
    source_cases.wait_seconds,
    source_cases.handle_seconds,
    source_cases.requester_wait_seconds,
    source_cases.agent_wait_seconds,
    source_cases.score,
    coalesce(customers.is_identified, false) as is_customer_known,
    source_cases.is_bot_session,
    source_cases.is_handed_over,
    source_cases.is_bot_session and not source_cases.is_handed_over as is_bot_only,
    source_cases.is_human_handled,
    source_cases.is_queued,
    source_cases.is_abandoned,
    source_cases.is_callback_accepted,
    source_cases.is_solved and coalesce(source_cases.stated_resolution != 'unresolved', true)
        as is_solved,
    -- A call is over when it ends, whatever became of it.
    not source_cases.is_solved and source_cases.channel_slug != 'phone' as is_open,
    source_cases.is_satisfaction_improved,
    source_cases.is_satisfaction_worsened,
    source_cases.opened_at,
    source_cases.clock_started_at,
    source_cases.bot_ended_at,
    source_cases.bot_clock_started_at,
    source_cases.first_bot_reply_at,
    source_cases.first_human_reply_at,
    case
        when coalesce(source_cases.stated_resolution != 'unresolved', true)
            then source_cases.first_solved_at
    end as first_solved_at,
    source_cases.first_reopened_at,
    case
        when coalesce(source_cases.stated_resolution != 'unresolved', true)
            then source_cases.last_solved_at
    end as last_solved_at,
    -- A case that nobody solved by then is judged as unsolved; a channel without a limit has no
    -- such moment.
    source_cases.opened_at
    + {{ duration_of('resolution_limits.limit_days', 'day') }} as limit_ends_at,
    source_cases.ended_at,
    source_cases._load_id
from source_cases
left join source_contact_reasons
    on
        source_cases.source_name = source_contact_reasons.source_name
        and source_cases.source_contact_reason = source_contact_reasons.source_reason
left join contact_reasons
    on source_contact_reasons.contact_reason_slug = contact_reasons.contact_reason_slug
left join resolution_limits
    on source_cases.channel_slug = resolution_limits.channel_slug
left join customer_profiles
    on source_cases.profile_key = customer_profiles.profile_key
left join customers
    on customer_profiles.customer_key = customers.customer_key
