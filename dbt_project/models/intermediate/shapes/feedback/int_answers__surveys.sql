{{ config(materialized='view') }}


with answers as (
    select * from {{ ref('stg_surveys__answers') }}
),

responses as (
    select * from {{ ref('stg_surveys__responses') }}
),

invitations as (
    select * from {{ ref('int_feedback__invitations') }}
    where response_id is not null
),

served_channels as (
    select * from {{ ref('served_channels') }}
    where source_name = 'surveys'
),

excluded_email_domains as (
    select * from {{ ref('excluded_email_domains') }}
)

select
    'surveys' as source_name,
    answers.program_slug,
    answers.question,
    answers.answer,
    answers.response_id,
    {{ surrogate_key(["'surveys'", "'responses'", 'answers.response_id']) }} as touchpoint_key,
    {{ surrogate_key(["'surveys'", 'responses.source_profile_id']) }} as profile_key,
    invitations.invitation_key,
    case
        when responses.order_number is not null
            then {{ surrogate_key(["'shop'", 'responses.order_number']) }}
    end as order_key,
    coalesce(
        'case ' || responses.case_number,
        'order ' || responses.order_number,
        'invitation ' || invitations.invitation_key
    ) as subject,
    coalesce(served_channels.channel_slug, 'survey') as channel_slug,
    responses.served_reason as source_contact_reason,
    responses.language,
    responses.comment_text,
    case
        when responses.is_test then 'test'
        when responses.is_spam then 'spam'
        else excluded_email_domains.excluded_reason
    end as excluded_reason,
    responses.ended_at as answered_at,
    answers._load_id
from answers
inner join responses
    on answers.response_id = responses.response_id
left join invitations
    on answers.response_id = invitations.response_id
left join served_channels
    on responses.served_channel = served_channels.served_channel
left join excluded_email_domains
    on split_part(responses.email, '@', 2) = excluded_email_domains.email_domain
