-- Dashboards ask for days and channels, not for single touchpoints: a hundredth of the rows.
with touchpoints as (
    select * from {{ ref('fct_touchpoints') }}
),

days as (
    select
        occurred_date,
        channel_slug,
        touchpoint_type_slug,
        direction,
        outcome_slug,
        contact_reason_slug,
        lifecycle_stage_slug,
        segment_slug,
        count(*) as touchpoint_count,
        count(wait_seconds) as waited_count,
        count(score) as scored_count,
        count(sentiment) as sentiment_count,
        -- Added as decimals: the sum of floats depends on their order.
        sum(cast(coalesce(wait_seconds, 0) as decimal(18, 3))) as wait_seconds,
        sum(cast(coalesce(handle_seconds, 0) as decimal(18, 3))) as handle_seconds,
        sum(cast(coalesce(score, 0) as decimal(18, 6))) as score_sum,
        sum(cast(coalesce(sentiment, 0) as decimal(18, 6))) as sentiment_sum,
        cast(sum(coalesce(revenue_amount, 0)) as decimal(18, 2)) as revenue_amount,
        cast(sum(cost_amount) as decimal(18, 4)) as cost_amount,
        is_bot,
        is_known_customer
    from touchpoints
    group by
        occurred_date,
        channel_slug,
        touchpoint_type_slug,
        direction,
        outcome_slug,
        contact_reason_slug,
        lifecycle_stage_slug,
        segment_slug,
        is_bot,
        is_known_customer
)

select
    {{ surrogate_key([
        'days.occurred_date',
        'days.channel_slug',
        'days.touchpoint_type_slug',
        'days.direction',
        'days.outcome_slug',
        'days.contact_reason_slug',
        'days.lifecycle_stage_slug',
        'days.segment_slug',
        'days.is_bot',
        'days.is_known_customer'
    ]) }} as touchpoints_daily_key,
    days.occurred_date,
    days.channel_slug,
    days.touchpoint_type_slug,
    days.direction,
    days.outcome_slug,
    days.contact_reason_slug,
    days.lifecycle_stage_slug,
    days.segment_slug,
    days.touchpoint_count,
    days.waited_count,
    days.scored_count,
    days.sentiment_count,
    days.wait_seconds,
    days.handle_seconds,
    days.score_sum,
    days.sentiment_sum,
    days.revenue_amount,
    days.cost_amount,
    days.is_bot,
    days.is_known_customer,
    coalesce(periods.is_complete_period, false) as is_complete_period
from days
{{ joined_periods("'day'", 'days.occurred_date') }}
order by days.occurred_date, days.channel_slug, days.touchpoint_type_slug, touchpoints_daily_key
