-- Counts, sentiment and money of each day and channel are those of its touchpoints.
with daily_totals as (
    select
        occurred_date,
        channel_slug,
        sum(touchpoint_count) as touchpoint_count,
        sum(sentiment_count) as sentiment_count,
        sum(sentiment_sum) as sentiment_sum,
        sum(revenue_amount) as revenue_amount,
        sum(cost_amount) as cost_amount
    from {{ ref('touchpoints_daily') }}
    group by occurred_date, channel_slug
),

touchpoint_totals as (
    select
        occurred_date,
        channel_slug,
        count(*) as touchpoint_count,
        count(sentiment) as sentiment_count,
        coalesce(sum(cast(sentiment as decimal(18, 6))), 0) as sentiment_sum,
        coalesce(sum(revenue_amount), 0) as revenue_amount,
        sum(cost_amount) as cost_amount
    from {{ ref('fct_touchpoints') }}
    group by occurred_date, channel_slug
)

select
    daily_totals.occurred_date,
    daily_totals.channel_slug,
    daily_totals.touchpoint_count,
    touchpoint_totals.touchpoint_count as expected_touchpoint_count
from daily_totals
full outer join touchpoint_totals
    on
        daily_totals.occurred_date = touchpoint_totals.occurred_date
        and daily_totals.channel_slug is not distinct from touchpoint_totals.channel_slug
where
    daily_totals.touchpoint_count is distinct from touchpoint_totals.touchpoint_count
    or daily_totals.sentiment_count is distinct from touchpoint_totals.sentiment_count
    or daily_totals.sentiment_sum is distinct from touchpoint_totals.sentiment_sum
    or daily_totals.revenue_amount is distinct from touchpoint_totals.revenue_amount
    or daily_totals.cost_amount is distinct from touchpoint_totals.cost_amount
