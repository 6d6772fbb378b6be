{{ config(materialized='view') }}

-- Answers of every source to questions that stand for a metric. A new source is one more branch.
with survey_answers as (
    select * from {{ ref('stg_surveys__answers') }}
),

survey_responses as (
    select * from {{ ref('stg_surveys__responses') }}
),

invitations as (
    select * from {{ ref('int_feedback__invitations') }}
    where response_id is not null
),

reviews as (
    select * from {{ ref('stg_social__reviews') }}
),

ticket_ratings as (
    select * from {{ ref('stg_tickets__satisfaction_ratings') }}
    where is_answered
),

conversations as (
    select * from {{ ref('stg_chat__conversations') }}
    where rating is not null
),

survey_questions as (
    select * from {{ ref('survey_questions') }}
),

served_channels as (
    select * from {{ ref('served_channels') }}
    where source_name = 'surveys'
),

excluded_email_domains as (
    select * from {{ ref('excluded_email_domains') }}
),

answers as (
    select
        'surveys' as source_name,
        survey_answers.program_slug,
        survey_answers.question,
        survey_answers.answer,
        survey_answers.response_id,
        {{ surrogate_key(["'surveys'", "'responses'", 'survey_answers.response_id']) }}
            as touchpoint_key,
        {{ surrogate_key(["'surveys'", 'survey_responses.source_profile_id']) }} as profile_key,
        invitations.invitation_key,
        case
            when survey_responses.order_number is not null
                then {{ surrogate_key(["'shop'", 'survey_responses.order_number']) }}
        end as order_key,
        cast(null as varchar) as case_key,
        cast(null as varchar) as product_key,
        coalesce(
            'case ' || survey_responses.case_number,
            'order ' || survey_responses.order_number,
            'invitation ' || invitations.invitation_key
        ) as subject,
        coalesce(served_channels.channel_slug, 'survey') as channel_slug,
        survey_responses.served_reason as source_contact_reason,
        survey_responses.language,
        survey_responses.comment_text,
        case
            when survey_responses.is_test then 'test'
            when survey_responses.is_spam then 'spam'
            else excluded_email_domains.excluded_reason
        end as excluded_reason,
        survey_responses.ended_at as answered_at,
        survey_answers._load_id
    from survey_answers
    inner join survey_responses
        on survey_answers.response_id = survey_responses.response_id
    left join invitations
        on survey_answers.response_id = invitations.response_id
    left join served_channels
        on survey_responses.served_channel = served_channels.served_channel
    left join excluded_email_domains
        on split_part(survey_responses.email, '@', 2) = excluded_email_domains.email_domain

    union all

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
        cast(null as varchar) as invitation_key,
        cast(null as varchar) as order_key,
        cast(null as varchar) as case_key,
        product_id as product_key,
        coalesce('product ' || product_id, subject_type) as subject,
        'review' as channel_slug,
        cast(null as varchar) as source_contact_reason,
        language,
        body as comment_text,
        cast(null as varchar) as excluded_reason,
        submitted_at as answered_at,
        _load_id
    from reviews
    where stars is not null

    union all

    select
        'tickets' as source_name,
        'satisfaction_rating' as program_slug,
        'score' as question,
        case when rating = 'good' then '1' else '0' end as answer,
        rating_id as response_id,
        cast(null as varchar) as touchpoint_key,
        {{ surrogate_key(["'tickets'", 'requester_id']) }} as profile_key,
        cast(null as varchar) as invitation_key,
        cast(null as varchar) as order_key,
        {{ surrogate_key(["'tickets'", 'ticket_id']) }} as case_key,
        cast(null as varchar) as product_key,
        'ticket ' || ticket_id as subject,
        'ticket' as channel_slug,
        cast(null as varchar) as source_contact_reason,
        cast(null as varchar) as language,
        remark as comment_text,
        cast(null as varchar) as excluded_reason,
        updated_at as answered_at,
        _load_id
    from ticket_ratings

    union all

    select
        'chat' as source_name,
        'conversation_rating' as program_slug,
        'rating' as question,
        cast(rating as varchar) as answer,
        conversation_id as response_id,
        cast(null as varchar) as touchpoint_key,
        case
            when contact_id is not null then {{ surrogate_key(["'chat'", 'contact_id']) }}
        end as profile_key,
        cast(null as varchar) as invitation_key,
        cast(null as varchar) as order_key,
        {{ surrogate_key(["'chat'", 'conversation_id']) }} as case_key,
        cast(null as varchar) as product_key,
        'conversation ' || conversation_id as subject,
        'chat' as channel_slug,
        cast(null as varchar) as source_contact_reason,
        language,
        rating_remark as comment_text,
        cast(null as varchar) as excluded_reason,
        coalesce(rated_at, updated_at) as answered_at,
        _load_id
    from conversations
)

select
    answers.touchpoint_key,
    answers.profile_key,
    answers.invitation_key,
    answers.order_key,
    answers.case_key,
    answers.product_key,
    answers.source_name,
    answers.program_slug,
    answers.question,
    answers.response_id,
    answers.subject,
    survey_questions.feedback_kind,
    survey_questions.metric_slug,
    survey_questions.mean_metric_slug,
    survey_questions.scale_slug,
    survey_questions.direction,
    answers.channel_slug,
    answers.source_contact_reason,
    answers.language,
    answers.comment_text,
    answers.answer,
    answers.excluded_reason,
    answers.answered_at,
    answers._load_id
from answers
inner join survey_questions
    on
        answers.source_name = survey_questions.source_name
        and answers.program_slug = survey_questions.program_slug
        and answers.question = survey_questions.question
