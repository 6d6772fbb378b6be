-- Nothing here depends on `as_of`: a silence has limits, and its readers compare them with it.
with expected_gaps as (
    select * from {{ ref('int_churn__expected_gaps') }}
),

limits as (
    select * from {{ ref('int_churn__limits') }}
)

select
    expected_gaps.order_key,
    expected_gaps.customer_key,
    expected_gaps.segment_slug,
    expected_gaps.channel_slug,
    expected_gaps.store_key,
    expected_gaps.order_number,
    expected_gaps.own_median_gap_days,
    expected_gaps.segment_median_gap_days,
    expected_gaps.expected_gap_days,
    limits.churn_factor,
    limits.at_risk_factor,
    expected_gaps.month_start_date,
    expected_gaps.first_ordered_at,
    expected_gaps.ordered_at,
    expected_gaps.ordered_date,
    expected_gaps.next_ordered_at,
    expected_gaps.ordered_at
    + {{ duration_of(
        'round(limits.at_risk_factor * expected_gaps.expected_gap_days * 86400)', 'second'
    ) }} as at_risk_at,
    expected_gaps.ordered_at
    + {{ duration_of(
        'round(limits.churn_factor * expected_gaps.expected_gap_days * 86400)', 'second'
    ) }} as churns_at
from expected_gaps
left join limits
    on expected_gaps.month_start_date = limits.month_start_date
