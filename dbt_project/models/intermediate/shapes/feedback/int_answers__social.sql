{{ config(materialized='view') }}


with reviews as (
    select * from {{ ref('int_feedback__reviews') }}
    where stars is not null
)

select
    'social' as source_name,
    'reviews' as program_slug,
    'stars' as question,
    stars as answer,
    review_id as response_id,
    {{ surrogate_key(["'social'", "'reviews'", 'review_id']) }} as touchpoint_key,
    case
        when author_handle is not null
            then {{ surrogate_key(["'social'", 'author_handle']) }}
    end as profile_key,
    product_id as product_key,
    coalesce('product ' || product_id, subject_type) as subject,
    'review' as channel_slug,
    language,
    body as comment_text,
    submitted_at as answered_at,
    _load_id
from reviews
