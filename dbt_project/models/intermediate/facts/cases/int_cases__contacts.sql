-- A contact is what first contact resolution counts: a call that a person answered, a chat with
-- people, a ticket until it is solved. A reopening is a contact of its own and starts the clock
-- again.
with cases as (
    select * from {{ ref('int_cases__cases') }}
    -- A merged case lives on in another case; spam and tests are no contacts.
    where excluded_reason is null and started_by != 'agent' and customer_turn_count > 0
),

resolution_limits as (
    select
        channel_slug,
        {{ duration_of('limit_days', 'day') }} as resolution_limit
    from {{ ref('resolution_limits') }}
),

spans as (
    select * from {{ ref('int_cases__status_spans') }}
),

turns as (
    select * from {{ ref('int_cases__turns') }}
    where is_public and author_type in ('customer', 'agent')
),

pass_states as (
    select
        case_key,
        pass_number,
        min(started_at) as started_at,
        min(case when status_slug = 'solved' then started_at end) as solved_at,
        min_by(changed_by, span_number) as started_by
    from spans
    group by
        case_key,
        pass_number
),

passes as (
    select
        *,
        lead(started_at) over (partition by case_key order by pass_number) as next_started_at
    from pass_states
),

pass_turns as (
    select
        passes.case_key,
        passes.pass_number,
        min(
            case
                when
                    turns.author_type = 'agent'
                    and turns.turn_number > 1
                    and turns.spoke_at >= case
                        when passes.pass_number = 1 then cases.clock_started_at
                        else passes.started_at
                    end
                    then turns.spoke_at
            end
        ) as first_human_reply_at,
        min(case when turns.author_type = 'customer' then turns.spoke_at end)
            as first_customer_spoke_at,
        max(turns.spoke_at) as last_spoke_at
    from passes
    inner join cases
        on passes.case_key = cases.case_key
    inner join turns
        on
            passes.case_key = turns.case_key
            and passes.started_at <= turns.spoke_at
            and coalesce(passes.next_started_at > turns.spoke_at, true)
    group by
        passes.case_key,
        passes.pass_number
),

contacts as (
    select
        cases.case_key,
        1 as contact_number,
        cases.opened_at as started_at,
        cases.ended_at,
        cases.clock_started_at,
        cases.first_human_reply_at,
        -- A caller who hung up waits no longer; a customer who wrote still waits.
        case when cases.channel_slug = 'phone' then cases.ended_at else cases.last_solved_at end
            as gave_up_at,
        -- Direct messages start a clock, but first contact resolution doesn't count them.
        cases.is_human_handled and cases.channel_slug = 'phone' as is_human_contact
    from cases
    where cases.channel_slug in ('phone', 'social')

    union all

    select
        cases.case_key,
        passes.pass_number as contact_number,
        -- An agent may have noted the case before the customer said a word in public.
        case
            when passes.pass_number = 1
                then coalesce(pass_turns.first_customer_spoke_at, passes.started_at)
            else passes.started_at
        end as started_at,
        -- A chat is over when nobody writes any more; a ticket only when it is solved.
        coalesce(
            passes.solved_at,
            case when cases.channel_slug != 'ticket' then pass_turns.last_spoke_at end
        ) as ended_at,
        case
            when passes.pass_number = 1 then cases.clock_started_at
            when passes.started_by = 'customer' then passes.started_at
        end as clock_started_at,
        pass_turns.first_human_reply_at,
        passes.solved_at as gave_up_at,
        not cases.is_bot_only as is_human_contact
    from passes
    inner join cases
        on passes.case_key = cases.case_key
    left join pass_turns
        on
            passes.case_key = pass_turns.case_key
            and passes.pass_number = pass_turns.pass_number
)

select
    {{ surrogate_key(['contacts.case_key', 'contacts.contact_number']) }} as contact_key,
    contacts.case_key,
    cases.customer_key,
    cases.team_key,
    cases.channel_slug,
    cases.segment_slug,
    cases.contact_reason_slug,
    cases.contact_reason_kind,
    cases.stated_resolution,
    contacts.contact_number,
    cases.is_customer_known,
    contacts.contact_number > 1 as is_reopening,
    contacts.is_human_contact,
    contacts.started_at,
    contacts.ended_at,
    contacts.started_at + resolution_limits.resolution_limit as limit_ends_at,
    contacts.clock_started_at,
    contacts.first_human_reply_at,
    case when contacts.first_human_reply_at is null then contacts.gave_up_at end as gave_up_at,
    contacts.clock_started_at + resolution_limits.resolution_limit as wait_limit_ends_at
from contacts
inner join cases
    on contacts.case_key = cases.case_key
left join resolution_limits
    on cases.channel_slug = resolution_limits.channel_slug
-- What began at no known time has no limit; `value_issues` lists it.
where contacts.started_at is not null
