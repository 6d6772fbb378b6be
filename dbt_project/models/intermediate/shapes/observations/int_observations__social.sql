{{ config(materialized='view') }}

with posts as (
    select * from {{ ref('stg_social__posts') }}
    where written_by = 'customer' and author_handle is not null
),

reviews as (
    select * from {{ ref('stg_social__reviews') }}
    where author_handle is not null
),

authors as (
    select
        author_handle as source_profile_id,
        author_name,
        language,
        posted_at as seen_at,
        _load_id
    from posts

    union all

    select
        author_handle as source_profile_id,
        author_name,
        language,
        submitted_at as seen_at,
        _load_id
    from reviews
)

select
    'social' as source_name,
    source_profile_id,
    {{ surrogate_key(["'social'", 'source_profile_id']) }} as profile_key,
    source_profile_id as social_handle,
    language,
    min(seen_at) as first_seen_at,
    max(seen_at) as last_seen_at,
    max(_load_id) as _load_id
from authors
group by
    source_profile_id,
    language
