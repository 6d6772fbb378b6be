{{ config(materialized='view') }}

with responses as (
    select * from {{ ref('int_feedback__responses') }}
    where not is_test and not is_spam and not is_of_unknown_status and not is_duplicate
),

invitation_messages as (
    select * from {{ ref('int_feedback__invitation_messages') }}
),

scored_answers as (
    select * from {{ ref('int_feedback__scored_answers') }}
    where source_name = 'surveys' and excluded_reason is null
),

-- One form may ask for several metrics: it is one touchpoint with their mean.
form_scores as (
    select
        touchpoint_key,
        avg(score_share) as score
    from scored_answers
    group by touchpoint_key
),

touchpoints as (
    select
        {{ surrogate_key(["'surveys'", "'invitations'", 'message_key']) }} as touchpoint_key,
        source_profile_id,
        'email' as channel_slug,
        'survey_invited' as touchpoint_type_slug,
        case
            when is_bounced then 'bounced'
            when is_reminder then 'reminded'
            else 'delivered'
        end as outcome_slug,
        sent_at as occurred_at,
        cast(null as varchar) as order_number,
        cast(null as varchar) as store_key,
        cast(null as varchar) as body,
        cast(null as varchar) as language,
        _load_id
    from invitation_messages

    union all

    select
        {{ surrogate_key(["'surveys'", "'responses'", 'response_id']) }} as touchpoint_key,
        source_profile_id,
        'survey' as channel_slug,
        'survey_answered' as touchpoint_type_slug,
        case when is_finished then 'completed' else 'partial' end as outcome_slug,
        ended_at as occurred_at,
        order_number,
        store_id as store_key,
        comment_text as body,
        language,
        _load_id
    from responses
)

select
    touchpoints.touchpoint_key,
    'surveys' as source_name,
    {{ surrogate_key(["'surveys'", 'touchpoints.source_profile_id']) }} as profile_key,
    touchpoints.channel_slug,
    touchpoints.touchpoint_type_slug,
    touchpoints.outcome_slug,
    touchpoints.occurred_at,
    touchpoints.occurred_at as received_at,
    case
        when touchpoints.order_number is not null
            then {{ surrogate_key(["'shop'", 'touchpoints.order_number']) }}
    end as order_key,
    touchpoints.store_key,
    touchpoints.body,
    touchpoints.language,
    form_scores.score,
    touchpoints._load_id
from touchpoints
left join form_scores
    on touchpoints.touchpoint_key = form_scores.touchpoint_key
