-- Nothing here depends on `as_of`: a silence has limits, and its readers compare them with it.
with expected_gaps as (
    select * from {{ ref('int_churn__expected_gaps') }}
),

limits as (
    select * from {{ ref('int_churn__limits') }}
),

-- A limit longer than the history is a guess: nobody has been watched for so long.
judged_gaps as (
    select
        expected_gaps.*,
        limits.churn_factor,
        limits.at_risk_factor,
        case
            when limits.churn_factor * expected_gaps.expected_gap_days <= limits.history_days
                then expected_gaps.expected_gap_days
        end as judged_gap_days
    from expected_gaps
    left join limits
        on expected_gaps.month_start_date = limits.month_start_date
)

select
    order_key,
    customer_key,
    segment_slug,
    channel_slug,
    store_key,
    order_number,
    own_median_gap_days,
    segment_median_gap_days,
    expected_gap_days,
    churn_factor,
    at_risk_factor,
    month_start_date,
    first_ordered_at,
    ordered_at,
    ordered_date,
    next_ordered_at,
    ordered_at
    + {{ duration_of('round(at_risk_factor * judged_gap_days * 86400)', 'second') }} as at_risk_at,
    ordered_at
    + {{ duration_of('round(churn_factor * judged_gap_days * 86400)', 'second') }} as churns_at
from judged_gaps
