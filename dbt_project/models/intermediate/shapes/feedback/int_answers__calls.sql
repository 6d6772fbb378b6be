{{ config(materialized='view') }}


-- The caller rates the call as a whole, at its end: whichever leg bears the rating.
with contact_records as (
    select * from {{ ref('stg_calls__contact_records') }}
    where media_channel = 'VOICE' and not is_repetition and rating_text is not null
),

rated_calls as (
    select
        initial_contact_id,
        max_by(rating_text, {{ sort_key(['initiated_at', 'contact_id']) }}) as rating_text,
        max_by(customer_phone, {{ sort_key(['initiated_at', 'contact_id']) }}) as customer_phone,
        max_by(language, {{ sort_key(['initiated_at', 'contact_id']) }}) as language,
        max(disconnected_at) as rated_at,
        max(_load_id) as _load_id
    from contact_records
    group by initial_contact_id
)

select
    'calls' as source_name,
    'post_call_rating' as program_slug,
    'rating' as question,
    rating_text as answer,
    initial_contact_id as response_id,
    case
        when customer_phone is not null then {{ surrogate_key(["'calls'", 'customer_phone']) }}
    end as profile_key,
    {{ surrogate_key(["'calls'", 'initial_contact_id']) }} as case_key,
    'call ' || initial_contact_id as subject,
    'phone' as channel_slug,
    language,
    rated_at as answered_at,
    _load_id
from rated_calls
