{{ config(materialized='view') }}

with posts as (
    select * from {{ ref('int_cases__social_posts') }}
),

reviews as (
    select * from {{ ref('int_feedback__reviews') }}
),

scored_answers as (
    select * from {{ ref('int_feedback__scored_answers') }}
    where source_name = 'social'
),

touchpoints as (
    select
        {{ surrogate_key(["'social'", "'posts'", 'post_id']) }} as touchpoint_key,
        -- The customer of a brand's reply is the person whom it answers.
        case when is_from_brand then replied_handle else author_handle end as source_profile_id,
        'social' as channel_slug,
        case
            when is_from_brand then 'social_replied'
            when post_kind = 'direct_message' then 'social_messaged'
            else 'social_mentioned'
        end as touchpoint_type_slug,
        case
            when is_from_brand and is_closing then 'resolved'
            when is_from_brand then 'unresolved'
        end as outcome_slug,
        posted_at as occurred_at,
        topic as source_contact_reason,
        case
            when post_kind = 'direct_message'
                then {{ surrogate_key(["'social'", 'conversation_id']) }}
        end as case_key,
        cast(null as varchar) as product_key,
        cast(null as varchar) as store_key,
        team_id as team_key,
        reply_seconds as wait_seconds,
        work_seconds as handle_seconds,
        body,
        language,
        _load_id
    from posts

    union all

    select
        {{ surrogate_key(["'social'", "'reviews'", 'review_id']) }} as touchpoint_key,
        author_handle as source_profile_id,
        'review' as channel_slug,
        'review_posted' as touchpoint_type_slug,
        cast(null as varchar) as outcome_slug,
        submitted_at as occurred_at,
        cast(null as varchar) as source_contact_reason,
        cast(null as varchar) as case_key,
        product_id as product_key,
        store_id as store_key,
        cast(null as varchar) as team_key,
        cast(null as double) as wait_seconds,
        cast(null as double) as handle_seconds,
        body,
        language,
        _load_id
    from reviews
)

select
    touchpoints.touchpoint_key,
    'social' as source_name,
    case
        when touchpoints.source_profile_id is not null
            then {{ surrogate_key(["'social'", 'touchpoints.source_profile_id']) }}
    end as profile_key,
    touchpoints.channel_slug,
    touchpoints.touchpoint_type_slug,
    touchpoints.outcome_slug,
    touchpoints.occurred_at,
    touchpoints.occurred_at as received_at,
    touchpoints.source_contact_reason,
    touchpoints.case_key,
    touchpoints.product_key,
    touchpoints.store_key,
    touchpoints.team_key,
    touchpoints.wait_seconds,
    touchpoints.handle_seconds,
    touchpoints.body,
    touchpoints.language,
    scored_answers.score_share as score,
    touchpoints._load_id
from touchpoints
left join scored_answers
    on touchpoints.touchpoint_key = scored_answers.touchpoint_key
