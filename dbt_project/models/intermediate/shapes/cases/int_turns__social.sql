{{ config(materialized='view') }}


with direct_messages as (
    select * from {{ ref('int_cases__social_posts') }}
    where post_kind = 'direct_message' and conversation_id is not null
)

select
    'social' as source_name,
    'social' as channel_slug,
    conversation_id as case_id,
    post_id as turn_id,
    case
        when is_from_machine then 'bot'
        when is_from_brand then 'agent'
        else 'customer'
    end as author_type,
    body,
    true as is_public,
    posted_at as spoke_at,
    _load_id
from direct_messages
