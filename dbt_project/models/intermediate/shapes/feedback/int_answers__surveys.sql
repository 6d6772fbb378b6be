{{ config(materialized='view') }}


with answers as (
    select * from {{ ref('stg_surveys__answers') }}
),

responses as (
    select * from {{ ref('int_feedback__responses') }}
),

invitations as (
    select * from {{ ref('int_feedback__invitations') }}
    where response_id is not null
),

served_channels as (
    select * from {{ ref('served_channels') }}
    where source_name = 'surveys'
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
    case
        when served_channels.case_source_name is not null and responses.case_number is not null
            then {{ surrogate_key(['served_channels.case_source_name', 'responses.case_number']) }}
    end as case_key,
    coalesce(
        'case ' || responses.case_number,
        'order ' || responses.order_number,
        'invitation ' || invitations.invitation_key
    ) as subject,
    coalesce(served_channels.channel_slug, 'survey') as channel_slug,
    responses.served_reason as source_contact_reason,
    responses.language,
    responses.comment_text,
    responses.excluded_reason,
    not responses.is_finished as is_unfinished,
    responses.ended_at as answered_at,
    answers._load_id
from answers
inner join responses
    on answers.response_id = responses.response_id
left join invitations
    on answers.response_id = invitations.response_id
left join served_channels
    on responses.served_channel = served_channels.served_channel
