{{ config(materialized='view') }}


with tickets as (
    select * from {{ ref('stg_tickets__tickets') }}
),

field_changes as (
    select * from {{ ref('stg_tickets__field_changes') }}
    where field_name = 'status'
),

users as (
    select * from {{ ref('stg_tickets__users') }}
    where is_latest
)

-- A ticket that is entered as solved was new for no time at all.
select
    'tickets' as source_name,
    ticket_id as case_id,
    'new' as status_slug,
    'customer' as changed_by,
    opened_at as changed_at,
    0 as change_number
from tickets

union all

select
    'tickets' as source_name,
    field_changes.ticket_id as case_id,
    case field_changes.field_value
        when 'closed' then 'solved'
        else field_changes.field_value
    end as status_slug,
    case
        when users.user_role in ('agent', 'admin') then 'agent'
        when field_changes.author_id = '-1' then 'system'
        else 'customer'
    end as changed_by,
    field_changes.changed_at,
    try_cast(field_changes.change_id as bigint) as change_number
from field_changes
left join users
    on field_changes.author_id = users.user_id
