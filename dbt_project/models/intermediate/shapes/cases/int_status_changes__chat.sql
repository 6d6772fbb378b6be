{{ config(materialized='view') }}


with conversations as (
    select * from {{ ref('stg_chat__conversations') }}
),

state_parts as (
    select * from {{ ref('stg_chat__conversation_parts') }}
    where status_slug is not null
)

select
    'chat' as source_name,
    conversation_id as case_id,
    'new' as status_slug,
    'customer' as changed_by,
    opened_at as changed_at,
    0 as change_number
from conversations

union all

select
    'chat' as source_name,
    conversation_id as case_id,
    status_slug,
    author_type as changed_by,
    created_at as changed_at,
    try_cast(part_id as bigint) as change_number
from state_parts
