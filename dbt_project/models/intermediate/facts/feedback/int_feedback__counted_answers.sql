with scored_answers as (
    select * from {{ ref('int_feedback__scored_answers') }}
),

response_quality as (
    select * from {{ ref('int_feedback__response_quality') }}
),

profiles as (
    select * from {{ ref('int_identity__profiles') }}
),

excluded_email_domains as (
    select * from {{ ref('excluded_email_domains') }}
),

customer_profiles as (
    select * from {{ ref('int_identity__customer_profiles') }}
),

customers as (
    select * from {{ ref('int_identity__customers') }}
),

cases as (
    select * from {{ ref('int_cases__cases') }}
),

source_contact_reasons as (
    select * from {{ ref('source_contact_reasons') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

dated_answers as (
    select
        {{ all_columns_but('scored_answers', ['case_key', 'excluded_reason']) }},
        {{ surrogate_key([
            'scored_answers.source_name', 'scored_answers.program_slug',
            'scored_answers.response_id', 'scored_answers.question'
        ]) }} as response_key,
        customer_profiles.customer_key,
        customers.segment_slug,
        -- A case that was never delivered is none.
        cases.case_key,
        -- What does not count as a case, whatever its reason, has no rating that counts.
        coalesce(
            scored_answers.excluded_reason,
            cases.excluded_reason,
            excluded_email_domains.excluded_reason
        ) as excluded_reason,
        cases.team_key,
        coalesce(cases.contact_reason_slug, source_contact_reasons.contact_reason_slug)
            as contact_reason_slug,
        {{ business_date('scored_answers.answered_at', 'settings.default_time_zone') }}
            as answered_date
    from scored_answers
    cross join settings
    left join customer_profiles
        on scored_answers.profile_key = customer_profiles.profile_key
    left join customers
        on customer_profiles.customer_key = customers.customer_key
    left join cases
        on scored_answers.case_key = cases.case_key
    left join profiles
        on scored_answers.profile_key = profiles.profile_key
    left join excluded_email_domains
        on split_part(lower(profiles.email), '@', 2) = excluded_email_domains.email_domain
    left join source_contact_reasons
        on
            scored_answers.source_name = source_contact_reasons.source_name
            and scored_answers.source_contact_reason = source_contact_reasons.source_reason
),

-- Of one person's answers in a month, or about one subject, the latest counts. An answer without a
-- customer is of whoever its source knows, else of a person of its own; one without a subject has a
-- subject of its own.
ranked_answers as (
    select
        *,
        row_number() over (
            partition by
                source_name,
                program_slug,
                metric_slug,
                coalesce(customer_key, profile_key, response_key),
                case
                    when feedback_kind = 'relational'
                        then cast(date_trunc('month', answered_date) as varchar)
                    else coalesce(subject, response_key)
                end,
                is_valid and excluded_reason is null
            order by answered_at desc nulls last, response_id desc
        ) as recency_rank
    from dated_answers
)

select
    ranked_answers.response_key,
    ranked_answers.touchpoint_key,
    ranked_answers.profile_key,
    ranked_answers.customer_key,
    ranked_answers.invitation_key,
    ranked_answers.order_key,
    ranked_answers.case_key,
    ranked_answers.product_key,
    ranked_answers.team_key,
    ranked_answers.source_name,
    ranked_answers.program_slug,
    ranked_answers.question,
    ranked_answers.response_id,
    ranked_answers.feedback_kind,
    ranked_answers.metric_slug,
    ranked_answers.mean_metric_slug,
    ranked_answers.scale_slug,
    ranked_answers.channel_slug,
    ranked_answers.segment_slug,
    ranked_answers.contact_reason_slug,
    ranked_answers.language,
    ranked_answers.comment_text,
    ranked_answers.answer,
    ranked_answers.score,
    ranked_answers.score_share,
    ranked_answers.band,
    ranked_answers.unit_value,
    ranked_answers.invalid_reason,
    ranked_answers.excluded_reason,
    ranked_answers.is_valid,
    ranked_answers.is_valid
    and ranked_answers.excluded_reason is null
    and ranked_answers.recency_rank = 1 as is_counted,
    coalesce(response_quality.is_speeding, false) as is_speeding,
    coalesce(response_quality.is_straight_lined, false) as is_straight_lined,
    ranked_answers.comment_text is null as is_without_text,
    ranked_answers.answered_at,
    ranked_answers.answered_date,
    ranked_answers._load_id
from ranked_answers
left join response_quality
    on
        ranked_answers.source_name = 'surveys'
        and ranked_answers.response_id = response_quality.response_id
