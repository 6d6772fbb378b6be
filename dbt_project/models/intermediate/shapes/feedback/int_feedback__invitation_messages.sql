-- A reminder belongs to the mailing that it names. A mailing of its own to the same contact and
-- program within the response window of an invitation repeats it too, unless both were answered.
with recursive messages as (
    select * from {{ ref('stg_surveys__invitation_messages') }}
    where is_invitation
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

mailings as (
    select
        invitation_key,
        max(contact_id) as contact_id,
        max(program_slug) as program_slug,
        max(response_id) as response_id,
        min(sent_at) as sent_at
    from messages
    group by invitation_key
),

numbered_mailings as (
    select
        *,
        row_number() over (
            partition by
                contact_id,
                program_slug
            order by
                sent_at,
                invitation_key
        ) as mailing_number
    from mailings
    where sent_at is not null
),

-- From the first mailing on, each starts an invitation or repeats the one that runs.
placed_mailings as (
    select
        contact_id,
        program_slug,
        mailing_number,
        invitation_key,
        invitation_key as first_invitation_key,
        response_id,
        sent_at as first_sent_at
    from numbered_mailings
    where mailing_number = 1

    union all

    select
        contact_id,
        program_slug,
        mailing_number,
        invitation_key,
        case when is_repeat then running_invitation_key else invitation_key end
            as first_invitation_key,
        case when is_repeat then coalesce(running_response_id, response_id) else response_id end
            as response_id,
        case when is_repeat then running_since else sent_at end as first_sent_at
    from (
        select
            numbered_mailings.*,
            placed_mailings.first_invitation_key as running_invitation_key,
            placed_mailings.response_id as running_response_id,
            placed_mailings.first_sent_at as running_since,
            numbered_mailings.sent_at
            <= placed_mailings.first_sent_at + windows.survey_response_window
            and coalesce(numbered_mailings.response_id = placed_mailings.response_id, true)
                as is_repeat
        from placed_mailings
        inner join numbered_mailings
            on
                placed_mailings.contact_id = numbered_mailings.contact_id
                and placed_mailings.program_slug = numbered_mailings.program_slug
                and placed_mailings.mailing_number + 1 = numbered_mailings.mailing_number
        cross join windows
    ) as next_mailings
)

select
    messages.message_key,
    coalesce(placed_mailings.first_invitation_key, messages.invitation_key) as invitation_key,
    messages.source_profile_id,
    messages.response_id,
    messages.program_slug,
    messages.is_reminder
    or coalesce(placed_mailings.first_invitation_key != messages.invitation_key, false)
        as is_reminder,
    messages.is_bounced,
    messages.is_delivered,
    messages.sent_at,
    messages._load_id
from messages
left join placed_mailings
    on messages.invitation_key = placed_mailings.invitation_key
