with cases as (
    select * from {{ ref('int_cases__cases') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

orders as (
    select * from {{ ref('int_orders__orders') }}
),

dated_cases as (
    select
        cases.*,
        orders.only_product_key as product_key,
        {{ business_date('cases.opened_at', 'settings.default_time_zone') }} as opened_date,
        extract(hour from {{ to_local('cases.opened_at', 'settings.default_time_zone') }})
            as opened_hour
    from cases
    cross join settings
    left join orders
        on cases.order_key = orders.order_key
)

select
    case_key,
    customer_key,
    order_key,
    product_key,
    team_key,
    source_name,
    case_id,
    channel_slug,
    segment_slug,
    contact_reason_slug,
    started_by,
    excluded_reason,
    language,
    stated_resolution,
    cast(customer_turn_count as integer) as customer_turn_count,
    cast(agent_reply_count as integer) as agent_reply_count,
    cast(reopened_count as integer) as reopened_count,
    cast(transfer_count as integer) as transfer_count,
    wait_seconds,
    handle_seconds,
    cast(requester_wait_seconds as bigint) as requester_wait_seconds,
    cast(agent_wait_seconds as bigint) as agent_wait_seconds,
    score,
    is_customer_known,
    is_bot_session,
    is_bot_only,
    is_handed_over,
    is_human_handled,
    -- Zero replies is no reply: an answer still to come is not negative.
    excluded_reason is null
    and clock_started_at is not null
    and agent_reply_count = 0 as is_unreplied,
    is_queued,
    is_abandoned,
    is_callback_accepted,
    is_solved,
    is_satisfaction_improved,
    is_satisfaction_worsened,
    opened_date,
    opened_hour,
    opened_at,
    clock_started_at,
    first_human_reply_at,
    first_solved_at,
    first_reopened_at,
    last_solved_at,
    ended_at,
    _load_id
from dated_cases
