with counted_answers as (
    select * from {{ ref('int_feedback__counted_answers') }}
),

invitations as (
    select * from {{ ref('int_feedback__invitations') }}
),

pulse_answers as (
    select * from {{ ref('int_feedback__pulse_answers') }}
),

customer_profiles as (
    select * from {{ ref('int_identity__customer_profiles') }}
),

customers as (
    select * from {{ ref('int_identity__customers') }}
),

survey_answers as (
    select * from {{ ref('int_journeys__survey_answers') }}
),

journeys as (
    select * from {{ ref('int_journeys__journeys') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints__all') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

-- What an answer is about: the journey that it judges, or the one of the touchpoint that it judges,
-- and the store of that touchpoint.
answer_subjects as (
    select
        survey_answers.response_key,
        min_by(
            journeys.journey_slug, row(survey_answers.judged != 'journey', survey_answers.judged)
        ) as journey_slug,
        max(touchpoints.store_key) as store_key
    from survey_answers
    inner join journeys
        on survey_answers.journey_key = journeys.journey_key
    inner join touchpoints
        on survey_answers.touchpoint_key = touchpoints.touchpoint_key
    group by survey_answers.response_key
),

placed_responses as (
    select
        counted_answers.*,
        answer_subjects.journey_slug,
        answer_subjects.store_key
    from counted_answers
    left join answer_subjects
        on counted_answers.response_key = answer_subjects.response_key
),

answer_units as (
    select
        *,
        metric_slug as unit_metric_slug,
        cast(unit_value as double) as value
    from placed_responses

    union all

    select
        *,
        mean_metric_slug as unit_metric_slug,
        cast(score as double) as value
    from placed_responses
    where mean_metric_slug is not null
),

pulse_units as (
    select
        *,
        metric_slug as unit_metric_slug,
        cast(unit_value as double) as value
    from pulse_answers

    union all

    select
        *,
        mean_metric_slug as unit_metric_slug,
        cast(score as double) as value
    from pulse_answers
    where mean_metric_slug is not null
),

invitation_units as (
    select
        invitations.*,
        customer_profiles.customer_key,
        customers.segment_slug,
        invitations.delivered_at + windows.survey_response_window as window_ends_at,
        {{ business_date(
            'coalesce(invitations.delivered_at, invitations.sent_at)',
            'settings.default_time_zone'
        ) }} as anchor_date
    from invitations
    cross join settings
    cross join windows
    left join customer_profiles
        on invitations.profile_key = customer_profiles.profile_key
    left join customers
        on customer_profiles.customer_key = customers.customer_key
)

select
    unit_metric_slug as metric_slug,
    response_key as unit_key,
    customer_key,
    answered_date as anchor_date,
    channel_slug,
    segment_slug,
    contact_reason_slug,
    journey_slug,
    product_key,
    store_key,
    team_key,
    value as unit_value,
    case when is_counted then 'eligible' else 'excluded' end as unit_state,
    answered_at as matures_at,
    false as is_censored,
    cast(null as varchar) as clock_slug,
    cast(null as bigint) as clock_started_seconds
from answer_units

union all

select
    'survey_response_rate' as metric_slug,
    invitation_key as unit_key,
    customer_key,
    anchor_date,
    'survey' as channel_slug,
    segment_slug,
    cast(null as varchar) as contact_reason_slug,
    cast(null as varchar) as journey_slug,
    cast(null as varchar) as product_key,
    cast(null as varchar) as store_key,
    cast(null as varchar) as team_key,
    case when completed_at <= window_ends_at then 1.0 else 0.0 end as unit_value,
    case when is_delivered then 'eligible' else 'excluded' end as unit_state,
    window_ends_at as matures_at,
    false as is_censored,
    cast(null as varchar) as clock_slug,
    cast(null as bigint) as clock_started_seconds
from invitation_units

union all

select
    unit_metric_slug as metric_slug,
    answer_key as unit_key,
    cast(null as varchar) as customer_key,
    week_start_date as anchor_date,
    cast(null as varchar) as channel_slug,
    cast(null as varchar) as segment_slug,
    cast(null as varchar) as contact_reason_slug,
    cast(null as varchar) as journey_slug,
    cast(null as varchar) as product_key,
    store_key,
    team_key,
    value as unit_value,
    'eligible' as unit_state,
    cast(week_start_date as timestamp) as matures_at,
    false as is_censored,
    cast(null as varchar) as clock_slug,
    cast(null as bigint) as clock_started_seconds
from pulse_units
