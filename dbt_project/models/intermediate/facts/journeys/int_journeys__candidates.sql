-- Lists the roles that each touchpoint could play in journeys; a role is a row of the seed.
with touchpoints as (
    select * from {{ ref('int_touchpoints__all') }}
    where customer_key is not null and not is_bot
),

lifecycle_stages as (
    select * from {{ ref('int_journeys__lifecycle_stages') }}
),

journey_types as (
    select * from {{ ref('journey_types') }}
),

journey_limits as (
    select * from {{ ref('journey_limits') }}
),

journey_events as (
    select * from {{ ref('journey_events') }}
),

journey_reasons as (
    select * from {{ ref('journey_reasons') }}
),

compared_touchpoints as (
    select
        touchpoints.touchpoint_key,
        touchpoints.customer_key,
        touchpoints.direction,
        touchpoints.contact_reason_slug,
        touchpoints.order_key,
        touchpoints.case_key,
        touchpoints.product_key,
        touchpoints.subscription_key,
        touchpoints.occurred_at,
        journey_events.journey_slug,
        journey_events.role,
        journey_events.needs_reason,
        journey_events.stage_slug,
        journey_events.stage_order,
        journey_events.condition_operator,
        journey_events.condition_value,
        {{ dbt.safe_cast('journey_events.condition_value', 'double') }} as condition_number,
        case journey_events.condition_column
            when 'outcome_slug' then touchpoints.outcome_slug
            when 'channel_slug' then touchpoints.channel_slug
            when 'prior_order_count' then cast(lifecycle_stages.prior_order_count as varchar)
        end as compared_value
    from touchpoints
    inner join journey_events
        on touchpoints.touchpoint_type_slug = journey_events.touchpoint_type_slug
    inner join lifecycle_stages
        on touchpoints.touchpoint_key = lifecycle_stages.touchpoint_key
),

judged_touchpoints as (
    select
        *,
        case condition_operator
            when '=' then compared_value = condition_value
            when '!=' then coalesce(compared_value != condition_value, true)
            when '>=' then {{ dbt.safe_cast('compared_value', 'double') }} >= condition_number
            when '<' then {{ dbt.safe_cast('compared_value', 'double') }} < condition_number
            else true
        end as is_condition_met
    from compared_touchpoints
),

fitting_touchpoints as (
    select judged_touchpoints.*
    from judged_touchpoints
    left join journey_reasons
        on
            judged_touchpoints.journey_slug = journey_reasons.journey_slug
            and judged_touchpoints.contact_reason_slug = journey_reasons.contact_reason_slug
    where
        judged_touchpoints.is_condition_met
        and (not judged_touchpoints.needs_reason or journey_reasons.journey_slug is not null)
)

select
    fitting_touchpoints.touchpoint_key,
    fitting_touchpoints.customer_key,
    fitting_touchpoints.journey_slug,
    max(
        case journey_types.subject
            when 'order' then fitting_touchpoints.order_key
            when 'case' then fitting_touchpoints.case_key
            when 'product' then fitting_touchpoints.product_key
            when 'subscription' then fitting_touchpoints.subscription_key
        end
    ) as subject_key,
    max_by(fitting_touchpoints.stage_slug, fitting_touchpoints.stage_order) as stage_slug,
    max(journey_types.timeout_days) as timeout_days,
    max(journey_limits.maximum_days) as maximum_days,
    -- Ties in time: a start, then steps, then what ends.
    min(
        case fitting_touchpoints.role
            when 'start' then 1
            when 'step' then 2
            when 'fail' then 4
            else 3
        end
    ) as role_rank,
    bool_or(journey_types.subject != 'customer') as has_subject,
    bool_or(fitting_touchpoints.role in ('start', 'reach_opens')) as is_start,
    -- A reach that opens its journey shows that there was an attempt, not when it began.
    bool_or(fitting_touchpoints.role = 'start') as is_attempt,
    bool_or(fitting_touchpoints.role in ('reach', 'reach_opens')) as is_reach,
    bool_or(fitting_touchpoints.role = 'fail') as is_fail,
    bool_or(fitting_touchpoints.role = 'start' or fitting_touchpoints.direction = 'inbound')
        as is_anchor,
    max(fitting_touchpoints.occurred_at) as occurred_at
from fitting_touchpoints
inner join journey_types
    on fitting_touchpoints.journey_slug = journey_types.journey_slug
left join journey_limits
    on fitting_touchpoints.journey_slug = journey_limits.journey_slug
group by
    fitting_touchpoints.touchpoint_key,
    fitting_touchpoints.customer_key,
    fitting_touchpoints.journey_slug
