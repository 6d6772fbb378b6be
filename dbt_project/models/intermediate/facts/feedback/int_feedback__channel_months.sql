-- Customers are heard through words that were recorded with a touchpoint, and through answers and
-- ratings, which count in the channel that they are about.
with touchpoints as (
    select * from {{ ref('int_touchpoints__all') }}
    where direction = 'inbound' and customer_key is not null and not is_bot
),

counted_answers as (
    select * from {{ ref('int_feedback__counted_answers') }}
    where is_valid and excluded_reason is null and customer_key is not null
),

events as (
    select
        customer_key,
        channel_slug,
        occurred_date as event_date,
        case when text_key is not null then occurred_at end as heard_at
    from touchpoints

    union all

    select
        customer_key,
        channel_slug,
        answered_date as event_date,
        answered_at as heard_at
    from counted_answers
)

select
    customer_key,
    channel_slug,
    cast(date_trunc('month', event_date) as date) as month_start_date,
    count(heard_at) > 0 as is_heard,
    max(heard_at) as last_heard_at
from events
where event_date is not null
group by
    customer_key,
    channel_slug,
    cast(date_trunc('month', event_date) as date)
