{{ config(materialized='view') }}

-- The same words and stars of one author about one subject within the window are one review.
with reviews as (
    select * from {{ ref('stg_social__reviews') }}
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

timed_reviews as (
    select
        *,
        lag(submitted_at) over (
            partition by
                site_slug,
                author_handle,
                product_id,
                store_id,
                subject_type,
                stars,
                body
            order by
                submitted_at,
                review_id
        ) as same_submitted_at
    from reviews
)

select
    timed_reviews.review_id,
    timed_reviews.product_id,
    timed_reviews.store_id,
    timed_reviews.subject_type,
    timed_reviews.author_handle,
    timed_reviews.body,
    timed_reviews.language,
    timed_reviews.stars,
    timed_reviews.submitted_at,
    timed_reviews._load_id
from timed_reviews
cross join windows
where
    timed_reviews.author_handle is null
    or timed_reviews.same_submitted_at is null
    or timed_reviews.submitted_at > timed_reviews.same_submitted_at + windows.repeated_answer
