with tickets as (
    select * from {{ ref('stg_tickets__tickets') }}
),

field_changes as (
    select * from {{ ref('stg_tickets__field_changes') }}
),

audits as (
    select * from {{ ref('stg_tickets__audits') }}
),

ratings as (
    select * from {{ ref('stg_tickets__satisfaction_ratings') }}
    where is_answered
),

ticket_fields as (
    select * from {{ ref('ticket_fields') }}
),

source_teams as (
    select * from {{ ref('source_teams') }}
    where source_name = 'tickets'
),

-- What the customer could read: an agent's note opens no conversation and is no reply.
turns as (
    select * from {{ ref('int_cases__turns') }}
    where source_name = 'tickets' and is_public and author_type in ('customer', 'agent')
),

ordered_turns as (
    select
        *,
        row_number() over (partition by case_key order by turn_number) as public_number
    from turns
),

turn_loads as (
    select
        case_key,
        max(_load_id) as _load_id
    from {{ ref('int_cases__turns') }}
    where source_name = 'tickets'
    group by case_key
),

spans as (
    select * from {{ ref('int_cases__status_spans') }}
    where source_name = 'tickets'
),

keyed_tickets as (
    select
        *,
        {{ surrogate_key(["'tickets'", 'ticket_id']) }} as case_key
    from tickets
),

field_values as (
    select
        ticket_id,
        {{ one_row_per('custom_fields') }} as custom_field
    from tickets
),

named_values as (
    select
        field_values.ticket_id,
        ticket_fields.field_slug,
        field_values.custom_field['value'] as field_value
    from field_values
    inner join ticket_fields
        on field_values.custom_field['id'] = ticket_fields.custom_field_id
),

own_fields as (
    select
        ticket_id,
        max(case when field_slug = 'contact_reason' then field_value end) as source_contact_reason,
        max(case when field_slug = 'order_number' then field_value end) as order_number,
        max(case when field_slug = 'is_resolved' then field_value end) as resolved_flag,
        max(case when field_slug = 'language' then field_value end) as language,
        max(
            case
                when field_slug = 'handle_seconds'
                    then {{ delivered_number('field_value', 'duration_seconds') }}
            end
        ) as handle_seconds
    from named_values
    group by ticket_id
),

who_spoke as (
    select
        case_key,
        min_by(author_type, turn_number) as started_by,
        count(*) filter (where author_type = 'customer') as customer_turn_count,
        -- The message that opens the ticket is no reply.
        count(*) filter (where author_type = 'agent' and public_number > 1) as agent_reply_count,
        min(case when author_type = 'customer' then spoke_at end) as first_customer_turn_at,
        min(case when author_type = 'agent' and public_number > 1 then spoke_at end)
            as first_human_reply_at,
        max(spoke_at) as last_turn_at
    from ordered_turns
    group by case_key
),

states as (
    select
        case_key,
        min(case when status_slug = 'solved' then started_at end) as first_solved_at,
        max(case when status_slug = 'solved' then started_at end) as last_solved_at,
        min(case when is_reopening then started_at end) as first_reopened_at,
        max(pass_number) - 1 as reopened_count,
        max_by(status_slug, span_number) = 'solved' as is_solved,
        sum(case when status_slug in ('new', 'open', 'hold') then duration_seconds end)
            as requester_wait_seconds,
        sum(case when status_slug = 'pending' then duration_seconds end) as agent_wait_seconds
    from spans
    group by case_key
),

-- What a rule or the help desk itself moves is routing, no transfer.
moves_between_groups as (
    select
        field_changes.ticket_id,
        count(*) as transfer_count
    from field_changes
    left join audits
        on field_changes.audit_id = audits.audit_id
    where
        field_changes.field_name = 'group_id'
        and not field_changes.is_initial
        and field_changes.previous_field_value is not null
        and coalesce(field_changes.author_id, '') != '-1'
        and audits.machine_type is null
    group by field_changes.ticket_id
),

merged_tickets as (
    select distinct field_changes.ticket_id
    from field_changes
    inner join audits
        on field_changes.audit_id = audits.audit_id
    where
        lower(audits.via_relation) = 'merge'
        and field_changes.field_name = 'status'
        and field_changes.status_meaning = 'solved'
),

ticket_tags as (
    select
        ticket_id,
        {{ one_row_per('tags') }} as tag
    from tickets
),

exclusions as (
    select
        ticket_tags.ticket_id,
        min(source_words.meaning) as excluded_reason
    from ticket_tags
    inner join {{ ref('source_words') }} as source_words
        on
            lower(trim(ticket_tags.tag)) = source_words.word
            and source_words.source_name = 'tickets'
            and source_words.field = 'tag'
    group by ticket_tags.ticket_id
),

rating_changes as (
    select
        ticket_id,
        rating_meaning as rating,
        try_cast(change_id as bigint) as change_number,
        changed_at
    from field_changes
    where
        field_name = 'satisfaction_score'
        and rating_meaning in ('good', 'bad')
),

-- Ratings are ordered from first to last; the reverse order would exchange better and worse.
rating_courses as (
    select
        ticket_id,
        min_by(rating, {{ sort_key(['changed_at', 'change_number']) }}) as first_rating,
        max_by(rating, {{ sort_key(['changed_at', 'change_number']) }}) as last_rating
    from rating_changes
    group by ticket_id
),

latest_ratings as (
    select
        ticket_id,
        max_by(
            case rating_meaning when 'good' then 1.0 when 'bad' then 0.0 end,
            {{ sort_key(['updated_at', 'rating_id']) }}
        ) as score
    from ratings
    group by ticket_id
)

select
    tickets.case_key,
    'tickets' as source_name,
    tickets.ticket_id as case_id,
    'ticket' as channel_slug,
    {{ surrogate_key(["'tickets'", 'tickets.requester_id']) }} as profile_key,
    own_fields.source_contact_reason,
    case
        when own_fields.order_number is not null
            then {{ surrogate_key(["'shop'", 'own_fields.order_number']) }}
    end as order_key,
    source_teams.team_id as team_key,
    coalesce(
        who_spoke.started_by,
        case when tickets.submitter_id = tickets.requester_id then 'customer' else 'agent' end
    ) as started_by,
    coalesce(
        case when merged_tickets.ticket_id is not null then 'merged' end,
        exclusions.excluded_reason,
        case when tickets.status_meaning = 'deleted' then 'deleted' end
    ) as excluded_reason,
    own_fields.language,
    {{ meaning_of('tickets', 'is_resolved', 'own_fields.resolved_flag') }} as stated_resolution,
    coalesce(who_spoke.customer_turn_count, 0) as customer_turn_count,
    coalesce(who_spoke.agent_reply_count, 0) as agent_reply_count,
    coalesce(states.reopened_count, 0) as reopened_count,
    coalesce(moves_between_groups.transfer_count, 0) as transfer_count,
    own_fields.handle_seconds,
    coalesce(states.requester_wait_seconds, 0) as requester_wait_seconds,
    coalesce(states.agent_wait_seconds, 0) as agent_wait_seconds,
    cast(latest_ratings.score as double) as score,
    coalesce(who_spoke.agent_reply_count, 0) > 0 as is_human_handled,
    coalesce(states.is_solved, false) as is_solved,
    coalesce(rating_courses.first_rating = 'bad' and rating_courses.last_rating = 'good', false)
        as is_satisfaction_improved,
    coalesce(rating_courses.first_rating = 'good' and rating_courses.last_rating = 'bad', false)
        as is_satisfaction_worsened,
    tickets.opened_at,
    case
        when who_spoke.started_by = 'customer' then who_spoke.first_customer_turn_at
        when who_spoke.started_by is null and tickets.submitter_id = tickets.requester_id
            then tickets.opened_at
    end as clock_started_at,
    who_spoke.first_human_reply_at,
    states.first_solved_at,
    states.first_reopened_at,
    states.last_solved_at,
    case when states.is_solved then states.last_solved_at end as ended_at,
    greatest(tickets._load_id, turn_loads._load_id) as _load_id
from keyed_tickets as tickets
left join own_fields
    on tickets.ticket_id = own_fields.ticket_id
left join source_teams
    on tickets.group_id = source_teams.source_team
left join who_spoke
    on tickets.case_key = who_spoke.case_key
left join turn_loads
    on tickets.case_key = turn_loads.case_key
left join merged_tickets
    on tickets.ticket_id = merged_tickets.ticket_id
left join exclusions
    on tickets.ticket_id = exclusions.ticket_id
left join states
    on tickets.case_key = states.case_key
left join moves_between_groups
    on tickets.ticket_id = moves_between_groups.ticket_id
left join rating_courses
    on tickets.ticket_id = rating_courses.ticket_id
left join latest_ratings
    on tickets.ticket_id = latest_ratings.ticket_id
