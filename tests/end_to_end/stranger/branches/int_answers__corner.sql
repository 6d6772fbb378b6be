{{ config(materialized='view') }}

with reviews as (
    select * from {{ ref('stg_corner__reviews') }}
),

orders as (
    select * from {{ ref('stg_corner__orders') }}
)

select
    'corner' as source_name,
    'reviews' as program_slug,
    'stars' as question,
    cast(reviews.stars as varchar) as answer,
    reviews.review as response_id,
    {{ surrogate_key(["'corner'", "'reviews'", 'reviews.review']) }} as touchpoint_key,
    {{ surrogate_key(["'corner'", 'orders.customer_no']) }} as profile_key,
    {{ surrogate_key(["'corner'", 'reviews.order_no']) }} as order_key,
    'order ' || reviews.order_no as subject,
    'shop' as channel_slug,
    reviews.words_if_any as comment_text,
    reviews.written_at as answered_at,
    reviews._load_id
from reviews
inner join orders
    on reviews.order_no = orders.order_no
