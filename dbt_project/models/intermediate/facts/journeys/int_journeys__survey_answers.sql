-- Finds the journey or touchpoint that each answer judges. Surveys name an order at best, never a
-- journey: the seed says what a program asks about, and the answer judges the latest such thing
-- before it.
with counted_answers as (
    select * from {{ ref('int_feedback__counted_answers') }}
    where is_counted and customer_key is not null
),

scored_answers as (
    select * from {{ ref('int_feedback__scored_answers') }}
),

journey_surveys as (
    select * from {{ ref('journey_surveys') }}
),

steps as (
    select * from {{ ref('int_journeys__step_facts') }}
),

channels as (
    select * from {{ ref('channels') }}
),

asked_responses as (
    select
        counted_answers.response_key,
        counted_answers.customer_key,
        counted_answers.order_key,
        counted_answers.contact_reason_slug,
        channels.place_slug,
        counted_answers.metric_slug,
        counted_answers.score,
        counted_answers.score_share,
        counted_answers.answered_at,
        journey_surveys.judged,
        journey_surveys.about,
        journey_surveys.journey_slug,
        counted_answers.answered_at
        - {{ duration_of('journey_surveys.within_days', 'day') }} as earliest_at
    from counted_answers
    inner join scored_answers
        on
            counted_answers.touchpoint_key = scored_answers.touchpoint_key
            and counted_answers.question = scored_answers.question
    inner join journey_surveys
        on
            counted_answers.source_name = journey_surveys.source_name
            and counted_answers.program_slug = journey_surveys.program_slug
            and counted_answers.metric_slug = journey_surveys.metric_slug
    left join channels
        on counted_answers.channel_slug = channels.channel_slug
    where
        case
            when {{ begins_with('scored_answers.subject', "'case '") }}
                then journey_surveys.about = 'case'
            else journey_surveys.about = 'order'
        end
),

-- Candidates are what the answer may be about: a purchase, or a contact in the same place for the
-- same reason.
meant_steps as (
    select
        asked_responses.response_key,
        asked_responses.judged,
        steps.journey_key,
        steps.touchpoint_key,
        row_number() over (
            partition by asked_responses.response_key, asked_responses.judged
            order by
                steps.occurred_at desc,
                steps.touchpoint_key asc,
                steps.journey_slug asc
        ) as recency_rank
    from asked_responses
    inner join steps
        on
            asked_responses.customer_key = steps.customer_key
            and asked_responses.answered_at >= steps.occurred_at
            and asked_responses.earliest_at <= steps.occurred_at
            and coalesce(asked_responses.journey_slug = steps.journey_slug, true)
    where
        coalesce(asked_responses.order_key = coalesce(steps.order_key, steps.subject_key), true)
        -- A contact, and the whole journey that it belongs to, is recognised by its reason.
        and case
            when asked_responses.about = 'case'
                then
                    steps.is_contact
                    and steps.contact_reason_slug = asked_responses.contact_reason_slug
            when asked_responses.judged = 'journey' then steps.order_key is not null
            else steps.is_purchase
        end
        and (
            asked_responses.judged = 'journey' or steps.place_slug = asked_responses.place_slug
        )
)

select
    asked_responses.response_key,
    meant_steps.journey_key,
    meant_steps.touchpoint_key,
    asked_responses.customer_key,
    asked_responses.judged,
    asked_responses.metric_slug,
    asked_responses.score,
    asked_responses.score_share,
    asked_responses.answered_at
from asked_responses
inner join meant_steps
    on
        asked_responses.response_key = meant_steps.response_key
        and asked_responses.judged = meant_steps.judged
where meant_steps.recency_rank = 1
