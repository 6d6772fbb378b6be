-- Dashboards ask for days and channels, not for single touchpoints: a hundredth of the rows.
with touchpoints as (
    select * from {{ ref('fct_touchpoints') }}
)

select
    {{ surrogate_key([
        'occurred_date',
        'channel_slug',
        'touchpoint_type_slug',
        'direction',
        'outcome_slug',
        'contact_reason_slug',
        'lifecycle_stage_slug',
        'segment_slug',
        'is_bot',
        'is_known_customer'
    ]) }} as touchpoints_daily_key,
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
    -- Added as decimals: the sum of floats depends on their order.
    sum(cast(coalesce(wait_seconds, 0) as decimal(18, 3))) as wait_seconds,
    sum(cast(coalesce(handle_seconds, 0) as decimal(18, 3))) as handle_seconds,
    sum(cast(coalesce(score, 0) as decimal(18, 6))) as score_sum,
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
order by occurred_date, channel_slug, touchpoint_type_slug, touchpoints_daily_key
