with touchpoints as (
    select * from {{ ref('fct_touchpoints') }}
    where customer_key is not null and not is_bot
),

channels as (
    select * from {{ ref('channels') }}
),

touchpoint_types as (
    select * from {{ ref('touchpoint_types') }}
),

neighbouring_touchpoints as (
    select
        *,
        row_number() over in_order as touchpoint_number,
        lag(channel_slug) over in_order as previous_channel_slug,
        lag(occurred_at) over in_order as previous_at
    from touchpoints
    window in_order as (partition by customer_key order by occurred_at, touchpoint_key)
)

select
    neighbouring_touchpoints.touchpoint_key,
    neighbouring_touchpoints.customer_key,
    neighbouring_touchpoints.journey_key,
    neighbouring_touchpoints.session_key,
    neighbouring_touchpoints.case_key,
    neighbouring_touchpoints.order_key,
    neighbouring_touchpoints.campaign_key,
    neighbouring_touchpoints.channel_slug,
    channels.channel_name,
    neighbouring_touchpoints.touchpoint_type_slug,
    touchpoint_types.touchpoint_type_name,
    neighbouring_touchpoints.direction,
    neighbouring_touchpoints.outcome_slug,
    neighbouring_touchpoints.contact_reason_slug,
    neighbouring_touchpoints.lifecycle_stage_slug,
    neighbouring_touchpoints.touchpoint_number,
    -- Of the interval: two times since 1970 leave a noise of less than a microsecond.
    {{ epoch_seconds(
        'neighbouring_touchpoints.occurred_at - neighbouring_touchpoints.previous_at'
    ) }} / 86400 as gap_days,
    neighbouring_touchpoints.wait_seconds,
    neighbouring_touchpoints.score,
    neighbouring_touchpoints.sentiment,
    neighbouring_touchpoints.revenue_amount,
    coalesce(
        neighbouring_touchpoints.channel_slug != neighbouring_touchpoints.previous_channel_slug,
        false
    ) as is_channel_hop,
    neighbouring_touchpoints.occurred_at,
    neighbouring_touchpoints.occurred_date
from neighbouring_touchpoints
left join channels
    on neighbouring_touchpoints.channel_slug = channels.channel_slug
left join touchpoint_types
    on neighbouring_touchpoints.touchpoint_type_slug = touchpoint_types.touchpoint_type_slug
-- One customer's story is in one place of the file.
order by
    neighbouring_touchpoints.customer_key,
    neighbouring_touchpoints.touchpoint_number,
    neighbouring_touchpoints.touchpoint_key
