-- Narrow on purpose: journeys and lifecycle read it; `fct_touchpoints` adds their results.
with channel_touchpoints as (
    select * from {{ ref('int_shapes__touchpoints') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

touchpoint_types as (
    select * from {{ ref('touchpoint_types') }}
),

touchpoint_costs as (
    select * from {{ ref('touchpoint_costs') }}
),

exchange_rates as (
    select * from {{ ref('int_orders__exchange_rates') }}
),

source_contact_reasons as (
    select * from {{ ref('source_contact_reasons') }}
),

device_attributions as (
    select * from {{ ref('int_identity__device_attributions') }}
),

customer_profiles as (
    select * from {{ ref('int_identity__customer_profiles') }}
),

web_sessions as (
    select * from {{ ref('int_web__sessions') }}
),

attributed_touchpoints as (
    select
        channel_touchpoints.*,
        coalesce(device_attributions.profile_key, channel_touchpoints.profile_key)
            as acting_profile_key
    from channel_touchpoints
    left join device_attributions
        on channel_touchpoints.touchpoint_key = device_attributions.touchpoint_key
    -- What happened at no known time is in no story; `value_issues` lists it.
    where channel_touchpoints.occurred_at is not null
)

select
    touchpoints.touchpoint_key,
    touchpoints.source_name,
    touchpoints.acting_profile_key as profile_key,
    customer_profiles.customer_key,
    web_sessions.session_key,
    touchpoints.channel_slug,
    touchpoints.touchpoint_type_slug,
    touchpoint_types.direction,
    touchpoints.outcome_slug,
    touchpoints.source_contact_reason,
    source_contact_reasons.contact_reason_slug,
    touchpoints.case_key,
    touchpoints.order_key,
    touchpoints.checkout_key,
    touchpoints.campaign_key,
    touchpoints.product_key,
    touchpoints.store_key,
    touchpoints.team_key,
    touchpoints.subscription_key,
    touchpoints.wait_seconds,
    touchpoints.handle_seconds,
    case when touchpoints.body is not null then touchpoints.touchpoint_key end as text_key,
    touchpoints.body,
    touchpoints.language,
    touchpoints.sentiment,
    touchpoints.score,
    touchpoints.revenue as revenue_amount,
    -- Neither cost is known until the company sets it, nor without a rate of its currency.
    cast(
        case
            when
                touchpoint_costs.unit_cost * unit_rates.exchange_rate is not null
                or settings.handling_cost_per_hour * hour_rates.exchange_rate is not null
                then
                    coalesce(touchpoint_costs.unit_cost * unit_rates.exchange_rate, 0)
                    + coalesce(
                        touchpoints.handle_seconds / 3600 * settings.handling_cost_per_hour
                        * hour_rates.exchange_rate,
                        0
                    )
        end as decimal(18, 4)
    ) as cost_amount,
    touchpoints.is_bot,
    touchpoint_types.is_purchase,
    touchpoints.occurred_at,
    {{ business_date(
        'touchpoints.occurred_at',
        'coalesce(touchpoints.business_time_zone, settings.default_time_zone)'
    ) }} as occurred_date,
    touchpoints.received_at,
    touchpoints._load_id
from attributed_touchpoints as touchpoints
cross join settings
left join touchpoint_types
    on touchpoints.touchpoint_type_slug = touchpoint_types.touchpoint_type_slug
left join touchpoint_costs
    on
        touchpoints.touchpoint_type_slug = touchpoint_costs.touchpoint_type_slug
        and coalesce(touchpoint_costs.company_name, settings.company_name) = settings.company_name
left join exchange_rates as unit_rates
    on
        touchpoint_costs.currency = unit_rates.currency
        and touchpoints.occurred_at >= unit_rates.valid_from
        and touchpoints.occurred_at < unit_rates.valid_until
left join exchange_rates as hour_rates
    on
        settings.handling_cost_currency = hour_rates.currency
        and touchpoints.occurred_at >= hour_rates.valid_from
        and touchpoints.occurred_at < hour_rates.valid_until
left join source_contact_reasons
    on
        touchpoints.source_name = source_contact_reasons.source_name
        and touchpoints.source_contact_reason = source_contact_reasons.source_reason
left join customer_profiles
    on touchpoints.acting_profile_key = customer_profiles.profile_key
left join web_sessions
    on touchpoints.touchpoint_key = web_sessions.touchpoint_key
