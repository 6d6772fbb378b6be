{{ config(materialized='view') }}


with messages as (
    select * from {{ ref('stg_chat__conversation_parts') }}
    where is_message
)

select
    'chat' as source_name,
    'chat' as channel_slug,
    conversation_id as case_id,
    part_id as turn_id,
    author_type,
    body,
    is_public,
    created_at as spoke_at,
    _load_id
from messages
