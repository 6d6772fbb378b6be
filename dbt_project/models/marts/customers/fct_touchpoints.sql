with touchpoints as (
    select * from {{ ref('int_touchpoints__all') }}
),

lifecycle_stages as (
    select * from {{ ref('int_journeys__lifecycle_stages') }}
),

journey_steps as (
    select * from {{ ref('int_journeys__steps') }}
),

journey_types as (
    select * from {{ ref('journey_types') }}
),

touchpoint_types as (
    select * from {{ ref('touchpoint_types') }}
),

customers as (
    select * from {{ ref('int_identity__customers') }}
),

orders as (
    select * from {{ ref('int_orders__orders') }}
),

bad_signs as (
    select * from {{ ref('int_bad_experiences__signs') }}
),

sentiments as (
    select * from {{ ref('int_texts__sentiments') }}
    where touchpoint_key is not null
),

-- A touchpoint may be a step of several journeys: it bears the one in which its money counts, of
-- the highest priority among those that it is about.
leading_journeys as (
    select
        journey_steps.touchpoint_key,
        min_by(
            journey_steps.journey_key,
            {{ sort_key([
                'journey_steps.is_inferred', 'journey_types.priority', 'journey_steps.journey_key'
            ]) }}
        ) as journey_key
    from journey_steps
    inner join journey_types
        on journey_steps.journey_slug = journey_types.journey_slug
    group by journey_steps.touchpoint_key
),

-- Several rules may call one touchpoint bad: it bears the one that noticed it first.
bad_touchpoints as (
    select
        touchpoint_key,
        min_by(rule_slug, {{ sort_key(['occurred_at', 'bad_sign_key']) }}) as rule_slug
    from bad_signs
    where touchpoint_key is not null
    group by touchpoint_key
)

select
    touchpoints.touchpoint_key,
    touchpoints.customer_key,
    touchpoints.session_key,
    leading_journeys.journey_key,
    touchpoints.case_key,
    touchpoints.order_key,
    touchpoints.checkout_key,
    touchpoints.campaign_key,
    -- A contact about an order of one product is about that product.
    coalesce(touchpoints.product_key, orders.only_product_key) as product_key,
    touchpoints.store_key,
    touchpoints.team_key,
    touchpoints.subscription_key,
    touchpoints.text_key,
    touchpoints.source_name,
    touchpoints.channel_slug,
    touchpoints.touchpoint_type_slug,
    touchpoints.direction,
    touchpoint_types.actor as actor_slug,
    touchpoints.outcome_slug,
    touchpoints.contact_reason_slug,
    bad_touchpoints.rule_slug as bad_experience_rule,
    lifecycle_stages.lifecycle_stage_slug,
    customers.segment_slug,
    touchpoints.language,
    touchpoints.wait_seconds,
    touchpoints.handle_seconds,
    coalesce(sentiments.sentiment, touchpoints.sentiment) as sentiment,
    sentiments.sentiment_confidence,
    touchpoints.score,
    touchpoints.revenue_amount,
    touchpoints.cost_amount,
    touchpoints.customer_key is not null as is_known_customer,
    coalesce(customers.is_identified, false) as is_identified,
    touchpoints.is_bot,
    bad_touchpoints.touchpoint_key is not null as is_bad_experience,
    coalesce(sentiments.is_contradiction, false) as is_contradiction,
    touchpoints.occurred_at,
    touchpoints.occurred_date,
    touchpoints.received_at,
    touchpoints._load_id
from touchpoints
left join lifecycle_stages
    on touchpoints.touchpoint_key = lifecycle_stages.touchpoint_key
left join leading_journeys
    on touchpoints.touchpoint_key = leading_journeys.touchpoint_key
left join orders
    on touchpoints.order_key = orders.order_key
left join touchpoint_types
    on touchpoints.touchpoint_type_slug = touchpoint_types.touchpoint_type_slug
left join customers
    on touchpoints.customer_key = customers.customer_key
left join bad_touchpoints
    on touchpoints.touchpoint_key = bad_touchpoints.touchpoint_key
left join sentiments
    on touchpoints.touchpoint_key = sentiments.touchpoint_key
-- In order of time, so that a query for some days reads only these.
order by touchpoints.occurred_at, touchpoints.touchpoint_key
