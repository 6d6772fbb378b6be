-- A reminder belongs to its invitation, which is delivered when the first of its messages arrives.
with messages as (
    select * from {{ ref('int_feedback__invitation_messages') }}
),

responses as (
    select * from {{ ref('int_feedback__responses') }}
    where not is_test and not is_spam
),

invitations as (
    select
        invitation_key,
        max(program_slug) as program_slug,
        min_by(source_profile_id, {{ sort_key(['is_reminder', 'sent_at', 'message_key']) }})
            as source_profile_id,
        max(response_id) as response_id,
        min(sent_at) as sent_at,
        min(case when is_delivered then sent_at end) as delivered_at,
        count(*) filter (where is_reminder) as reminder_count,
        max(_load_id) as _load_id
    from messages
    group by invitation_key
)

select
    invitations.invitation_key,
    {{ surrogate_key(["'surveys'", 'invitations.source_profile_id']) }} as profile_key,
    invitations.response_id,
    invitations.program_slug,
    invitations.reminder_count,
    invitations.delivered_at is not null as is_delivered,
    invitations.sent_at,
    invitations.delivered_at,
    responses.recorded_at as responded_at,
    case when responses.is_finished then responses.recorded_at end as completed_at,
    greatest(invitations._load_id, coalesce(responses._load_id, 0)) as _load_id
from invitations
left join responses
    on invitations.response_id = responses.response_id
