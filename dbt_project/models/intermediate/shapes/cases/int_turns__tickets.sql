{{ config(materialized='view') }}


with comments as (
    select * from {{ ref('stg_tickets__comments') }}
),

tickets as (
    select * from {{ ref('stg_tickets__tickets') }}
),

audits as (
    select * from {{ ref('stg_tickets__audits') }}
),

users as (
    select * from {{ ref('stg_tickets__users') }}
    where is_latest
)

select
    'tickets' as source_name,
    'ticket' as channel_slug,
    comments.ticket_id as case_id,
    comments.comment_id as turn_id,
    case
        -- The note of a merge and the words of a rule bear the name of whoever set them off.
        when 'system' in (comments.machine_type, audits.machine_type) then 'system'
        when comments.author_id = '-1' then 'system'
        when users.author_type = 'customer' then 'customer'
        when users.author_type is null and comments.author_id = tickets.requester_id
            then 'customer'
        when 'bot' in (comments.machine_type, audits.machine_type) then 'bot'
        when users.author_type is not null then users.author_type
        -- A user who was never exported and isn't the requester: colleagues write notes.
        when not comments.is_public then 'agent'
        else 'system'
    end as author_type,
    comments.body,
    comments.is_public,
    comments.commented_at as spoke_at,
    comments._load_id
from comments
left join tickets
    on comments.ticket_id = tickets.ticket_id
left join audits
    on comments.audit_id = audits.audit_id
left join users
    on comments.author_id = users.user_id
