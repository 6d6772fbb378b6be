-- What follows a contact with a person, and what it follows. A chain is the contacts of a person
-- and reason, each within the window of first contact resolution after the end of those before. A
-- contact is resolved if it was over within the limit of its channel, nobody called it unresolved,
-- and no other followed: whatever happens, that is known a window after the limit.
with contacts as (
    select * from {{ ref('int_cases__contacts') }}
    where is_human_contact
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

known_contacts as (
    select *
    from contacts
    where is_customer_known
),

followed_contacts as (
    select
        contact_key,
        min(started_at) over (
            partition by customer_key
            order by started_at
            groups between 1 following and unbounded following
        ) as next_started_at,
        case
            when contact_reason_slug is not null
                then min(started_at) over (
                    partition by
                        customer_key,
                        contact_reason_slug
                    order by started_at
                    groups between 1 following and unbounded following
                )
        end as next_same_reason_started_at
    from known_contacts
),

-- Contacts overlap, so the latest end so far counts. A ticket that is not yet solved goes on for
-- who looks back; its chain is judged at its limit, or it would never be.
reason_contacts as (
    select
        *,
        max(coalesce(ended_at, timestamp '9999-12-31')) over (
            partition by
                customer_key,
                contact_reason_slug
            order by started_at
            groups between unbounded preceding and 1 preceding
        ) as earlier_ended_at,
        max(coalesce(ended_at, limit_ends_at)) over (
            partition by
                customer_key,
                contact_reason_slug
            order by
                started_at,
                contact_key
            rows between unbounded preceding and 1 preceding
        ) as chain_ended_at
    from known_contacts
    where contact_reason_slug is not null
),

chain_starts as (
    select
        reason_contacts.*,
        sum(
            case
                when
                    reason_contacts.started_at
                    <= reason_contacts.chain_ended_at + windows.fcr_window
                    then 0
                else 1
            end
        ) over (
            partition by
                reason_contacts.customer_key,
                reason_contacts.contact_reason_slug
            order by
                reason_contacts.started_at,
                reason_contacts.contact_key
            rows between unbounded preceding and current row
        ) as chain_number
    from reason_contacts
    cross join windows
),

chains as (
    select
        *,
        count(*) over (
            partition by
                customer_key,
                contact_reason_slug,
                chain_number
        ) as chain_length,
        row_number() over (
            partition by
                customer_key,
                contact_reason_slug,
                chain_number
            order by
                started_at,
                contact_key
        ) as contact_in_chain
    from chain_starts
),

-- In the first days of a channel, earlier contacts cannot be seen.
channel_starts as (
    select
        channel_slug,
        min(started_at) as covered_from
    from contacts
    group by channel_slug
),

uncovered_contacts as (
    select distinct contacts.contact_key
    from contacts
    cross join windows
    inner join channel_starts
        on
            contacts.started_at >= channel_starts.covered_from
            and contacts.started_at < channel_starts.covered_from + windows.repeat_contact_window
),

judged_contacts as (
    select
        contacts.contact_key,
        contacts.case_key,
        contacts.customer_key,
        contacts.team_key,
        contacts.channel_slug,
        contacts.segment_slug,
        contacts.contact_reason_slug,
        contacts.contact_reason_kind,
        contacts.stated_resolution,
        chains.chain_length,
        chains.contact_in_chain,
        contacts.is_customer_known,
        contacts.is_customer_known and contacts.contact_reason_slug is not null as has_chain,
        coalesce(
            followed_contacts.next_started_at is null
            or followed_contacts.next_started_at > contacts.ended_at + windows.fcr_window,
            false
        ) as is_last_of_any_reason,
        coalesce(
            followed_contacts.next_same_reason_started_at is null
            or followed_contacts.next_same_reason_started_at
            > contacts.ended_at + windows.fcr_window,
            false
        ) as is_last_of_reason,
        coalesce(
            chains.started_at <= chains.earlier_ended_at + windows.repeat_contact_window, false
        ) as is_repeat,
        uncovered_contacts.contact_key is null as is_look_back_covered,
        row_number() over (
            partition by contacts.case_key order by contacts.contact_number desc
        ) = 1 as is_last_of_case,
        coalesce(contacts.ended_at <= contacts.limit_ends_at, false) as is_over_in_time,
        contacts.started_at,
        contacts.ended_at,
        contacts.limit_ends_at,
        contacts.limit_ends_at + windows.fcr_window as resolution_known_at
    from contacts
    cross join windows
    left join uncovered_contacts
        on contacts.contact_key = uncovered_contacts.contact_key
    left join followed_contacts
        on contacts.contact_key = followed_contacts.contact_key
    left join chains
        on contacts.contact_key = chains.contact_key
),

-- What is said of a case is said of its last contact: an earlier one was solved and reopened.
stated_contacts as (
    select
        *,
        is_over_in_time
        and not coalesce(is_last_of_case and stated_resolution = 'unresolved', false)
            as is_solved_in_time
    from judged_contacts
)

select
    *,
    is_solved_in_time and is_last_of_reason as is_resolved,
    is_solved_in_time and is_last_of_any_reason as is_resolved_for_any_reason
from stated_contacts
