-- First contact resolution and repeat contacts: what follows a contact, and what it follows.
with contacts as (
    select * from {{ ref('int_cases__contacts') }}
    where is_human_contact
),

case_members as (
    select * from {{ ref('int_kpis__case_members') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

kpi_windows as (
    select * from {{ ref('kpi_windows') }}
),

windows as (
    select
        {{ elapsed('fcr_window_days', 'day') }} as fcr_window,
        {{ elapsed('repeat_contact_window_days', 'day') }} as repeat_window
    from kpi_windows
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

-- Contacts overlap: what counts is the latest end so far, and a ticket not yet solved has none.
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
        max(coalesce(ended_at, timestamp '9999-12-31')) over (
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

-- In the first days of a channel nobody can see what came before them.
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
            and contacts.started_at < channel_starts.covered_from + windows.repeat_window
),

judged_contacts as (
    select
        contacts.*,
        followed_contacts.next_started_at is null
        or followed_contacts.next_started_at > contacts.ended_at + windows.fcr_window
            as is_last_of_any_reason,
        followed_contacts.next_same_reason_started_at is null
        or followed_contacts.next_same_reason_started_at > contacts.ended_at + windows.fcr_window
            as is_last_of_reason,
        coalesce(chains.started_at <= chains.earlier_ended_at + windows.repeat_window, false)
            as is_repeat,
        uncovered_contacts.contact_key is null as is_look_back_covered,
        chains.chain_length,
        chains.contact_in_chain,
        row_number() over (
            partition by contacts.case_key order by contacts.contact_number desc
        ) = 1 as is_last_of_case,
        windows.fcr_window
    from contacts
    cross join windows
    left join uncovered_contacts
        on contacts.contact_key = uncovered_contacts.contact_key
    left join followed_contacts
        on contacts.contact_key = followed_contacts.contact_key
    left join chains
        on contacts.contact_key = chains.contact_key
),

measures as (
    select
        'fcr' as metric_slug,
        contact_key,
        ended_at as anchored_at,
        cast(is_last_of_reason as double) as unit_value,
        contact_reason_slug is not null as is_eligible,
        ended_at + fcr_window as matures_at
    from judged_contacts
    -- Without an end there is no moment that it could belong to.
    where ended_at is not null

    union all

    select
        'fcr_any_reason' as metric_slug,
        contact_key,
        ended_at as anchored_at,
        cast(is_last_of_any_reason as double) as unit_value,
        true as is_eligible,
        ended_at + fcr_window as matures_at
    from judged_contacts
    where ended_at is not null

    union all

    select
        'fcr_issue' as metric_slug,
        contact_key,
        started_at as anchored_at,
        cast(chain_length = 1 as double) as unit_value,
        contact_reason_slug is not null as is_eligible,
        coalesce(ended_at + fcr_window, timestamp '9999-12-31') as matures_at
    from judged_contacts
    where contact_in_chain = 1 or contact_in_chain is null

    union all

    select
        'contacts_per_issue' as metric_slug,
        contact_key,
        started_at as anchored_at,
        cast(chain_length as double) as unit_value,
        contact_reason_slug is not null as is_eligible,
        coalesce(ended_at + fcr_window, timestamp '9999-12-31') as matures_at
    from judged_contacts
    where contact_in_chain = 1 or contact_in_chain is null

    union all

    select
        'fcr_stated' as metric_slug,
        contact_key,
        ended_at as anchored_at,
        cast(stated_resolution = 'resolved' as double) as unit_value,
        true as is_eligible,
        ended_at as matures_at
    from judged_contacts
    where ended_at is not null and is_last_of_case and stated_resolution is not null

    union all

    select
        'fcr_stated_agreement' as metric_slug,
        contact_key,
        ended_at as anchored_at,
        cast((stated_resolution = 'resolved') = is_last_of_reason as double) as unit_value,
        contact_reason_slug is not null as is_eligible,
        ended_at + fcr_window as matures_at
    from judged_contacts
    where ended_at is not null and is_last_of_case and stated_resolution is not null

    union all

    -- It looks back, so it needs no time to mature, but a past that the sources cover.
    select
        'repeat_contact' as metric_slug,
        contact_key,
        started_at as anchored_at,
        cast(is_repeat as double) as unit_value,
        contact_reason_slug is not null and is_look_back_covered as is_eligible,
        started_at as matures_at
    from judged_contacts
)

select
    measures.metric_slug,
    measures.contact_key as unit_key,
    contacts.customer_key,
    {{ business_date('measures.anchored_at', 'settings.default_time_zone') }} as anchor_date,
    contacts.channel_slug,
    contacts.segment_slug,
    contacts.contact_reason_slug,
    case_members.journey_slug,
    cast(null as varchar) as product_key,
    case_members.store_key,
    contacts.team_key,
    case
        when contacts.is_customer_known and measures.is_eligible then measures.unit_value
        when measures.metric_slug = 'fcr_stated' then measures.unit_value
    end as unit_value,
    case
        when not contacts.is_customer_known and measures.metric_slug != 'fcr_stated' then 'unknown'
        when not measures.is_eligible then 'excluded'
        else 'eligible'
    end as unit_state,
    measures.matures_at,
    false as is_censored,
    cast(null as varchar) as clock_slug,
    cast(null as bigint) as clock_started_seconds
from measures
inner join contacts
    on measures.contact_key = contacts.contact_key
cross join settings
left join case_members
    on contacts.case_key = case_members.case_key
