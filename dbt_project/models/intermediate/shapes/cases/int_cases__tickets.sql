with tickets as (
    select * from {{ ref('stg_tickets__tickets') }}
),

field_changes as (
    select * from {{ ref('stg_tickets__field_changes') }}
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

turns as (
    select * from {{ ref('int_cases__turns') }}
    where source_name = 'tickets'
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
        max(case when field_slug = 'handle_seconds' then {{ delivered_number('field_value', 'duration_seconds') }} end)
            as handle_seconds
    from named_values
    group by ticket_id
),

who_spoke as (
    select
        case_key,
        min_by(author_type, turn_number) as started_by,
        count(*) filter (where author_type = 'customer' and is_public) as customer_turn_count,
        -- A reply is an answer that the customer can read: neither the message that opens the
        -- ticket nor a note.
        count(*) filter (where author_type = 'agent' and is_public and turn_number > 1)
            as agent_reply_count,
        min(case when author_type = 'customer' and is_public then spoke_at end)
            as first_customer_turn_at,
        min(case when author_type = 'agent' and is_public and turn_number > 1 then spoke_at end)
            as first_human_reply_at,
        max(case when is_public then spoke_at end) as last_turn_at,
        max(_load_id) as _load_id
    from turns
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

moves_between_groups as (
    select
        ticket_id,
        count(*) as transfer_count
    from field_changes
    where field_name = 'group_id' and not is_initial and previous_field_value is not null
    group by ticket_id
),

-- `goodwithcomment` is good; offered and unoffered are no answers.
rating_changes as (
    select
        ticket_id,
        case when field_value like 'good%' then 'good' else 'bad' end as rating,
        try_cast(change_id as bigint) as change_number,
        changed_at
    from field_changes
    where
        field_name = 'satisfaction_score'
        and (field_value like 'good%' or field_value like 'bad%')
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
        max_by(case when rating = 'good' then 1.0 else 0.0 end, updated_at) as score
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
    case
        when array_contains(tickets.tags, 'closed_by_merge') then 'merged'
        when array_contains(tickets.tags, 'spam') then 'spam'
        when array_contains(tickets.tags, 'test') then 'test'
        when tickets.status = 'deleted' then 'deleted'
    end as excluded_reason,
    own_fields.language,
    case own_fields.resolved_flag when 'yes' then 'resolved' when 'no' then 'unresolved' end
        as stated_resolution,
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
    greatest(tickets._load_id, who_spoke._load_id) as _load_id
from keyed_tickets as tickets
left join own_fields
    on tickets.ticket_id = own_fields.ticket_id
left join source_teams
    on tickets.group_id = source_teams.source_team
left join who_spoke
    on tickets.case_key = who_spoke.case_key
left join states
    on tickets.case_key = states.case_key
left join moves_between_groups
    on tickets.ticket_id = moves_between_groups.ticket_id
left join rating_courses
    on tickets.ticket_id = rating_courses.ticket_id
left join latest_ratings
    on tickets.ticket_id = latest_ratings.ticket_id
