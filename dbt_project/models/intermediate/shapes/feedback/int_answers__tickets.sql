{{ config(materialized='view') }}


with satisfaction_ratings as (
    select * from {{ ref('stg_tickets__satisfaction_ratings') }}
    where is_answered
)

select
    'tickets' as source_name,
    'satisfaction_rating' as program_slug,
    'score' as question,
    -- An unlisted word is quarantined as an answer off the scale, even where it is a number.
    case rating_meaning
        when 'good' then '1'
        when 'bad' then '0'
        else 'unlisted: ' || rating
    end as answer,
    rating_id as response_id,
    {{ surrogate_key(["'tickets'", 'requester_id']) }} as profile_key,
    {{ surrogate_key(["'tickets'", 'ticket_id']) }} as case_key,
    'ticket ' || ticket_id as subject,
    'ticket' as channel_slug,
    remark as comment_text,
    updated_at as answered_at,
    _load_id
from satisfaction_ratings
