{{ config(materialized='view') }}


with conversations as (
    select * from {{ ref('stg_chat__conversations') }}
    where rating_text is not null
)

select
    'chat' as source_name,
    'conversation_rating' as program_slug,
    'rating' as question,
    rating_text as answer,
    conversation_id as response_id,
    case
        when contact_id is not null then {{ surrogate_key(["'chat'", 'contact_id']) }}
    end as profile_key,
    {{ surrogate_key(["'chat'", 'conversation_id']) }} as case_key,
    'conversation ' || conversation_id as subject,
    'chat' as channel_slug,
    language,
    rating_remark as comment_text,
    coalesce(rated_at, updated_at) as answered_at,
    _load_id
from conversations
