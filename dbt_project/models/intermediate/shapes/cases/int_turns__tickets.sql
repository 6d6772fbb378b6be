{{ config(materialized='view') }}


with comments as (
    select * from {{ ref('stg_tickets__comments') }}
),

tickets as (
    select * from {{ ref('stg_tickets__tickets') }}
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
        when comments.author_id = '-1' then 'system'
        when users.user_role in ('agent', 'admin') then 'agent'
        when users.user_role = 'end-user' or comments.author_id = tickets.requester_id
            then 'customer'
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
left join users
    on comments.author_id = users.user_id
