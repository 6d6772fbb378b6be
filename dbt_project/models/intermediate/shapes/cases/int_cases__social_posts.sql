{{ config(materialized='view') }}

-- A post whose kind or direction no list knows is an issue of its source and counts as nothing.
with posts as (
    select * from {{ ref('stg_social__posts') }}
    where written_by is not null and post_kind is not null
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

-- Sent twice by a double click, or told twice by the network.
timed_posts as (
    select
        *,
        lag(posted_at) over (
            partition by
                network_slug,
                post_kind,
                written_by,
                author_handle,
                conversation_id,
                replied_post_id,
                body
            order by
                posted_at,
                post_id
        ) as same_posted_at
    from posts
)

select
    timed_posts.post_id,
    timed_posts.conversation_id,
    timed_posts.team_id,
    timed_posts.post_kind,
    timed_posts.author_handle,
    timed_posts.replied_handle,
    timed_posts.body,
    timed_posts.language,
    timed_posts.topic,
    timed_posts.reply_seconds,
    timed_posts.work_seconds,
    timed_posts.is_from_brand,
    timed_posts.is_from_machine,
    timed_posts.is_closing,
    timed_posts.posted_at,
    timed_posts._load_id
from timed_posts
cross join windows
where
    timed_posts.body is null
    or timed_posts.same_posted_at is null
    or timed_posts.posted_at > timed_posts.same_posted_at + windows.double_event
