{{ config(materialized='view') }}


with tickets as (
    select * from {{ ref('stg_tickets__tickets') }}
),

field_changes as (
    select * from {{ ref('stg_tickets__field_changes') }}
    -- A state that is not on the list is listed as an issue; the ticket stays in the one before.
    where field_name = 'status' and status_meaning != 'deleted'
),

audits as (
    select * from {{ ref('stg_tickets__audits') }}
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
    field_changes.status_meaning as status_slug,
    case
        when audits.machine_type is not null then audits.machine_type
        when field_changes.author_id = '-1' then 'system'
        when users.author_type is not null then users.author_type
        when field_changes.author_id = tickets.requester_id then 'customer'
        else 'system'
    end as changed_by,
    field_changes.changed_at,
    try_cast(field_changes.change_id as bigint) as change_number
from field_changes
left join tickets
    on field_changes.ticket_id = tickets.ticket_id
left join audits
    on field_changes.audit_id = audits.audit_id
left join users
    on field_changes.author_id = users.user_id
