-- The factors by which returns exceed the expected gap, at two percentiles, as known when the month
-- began.
with expected_gaps as (
    select * from {{ ref('int_churn__expected_gaps') }}
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

months as (
    select distinct month_start_date
    from expected_gaps
),

known_ratios as (
    select
        months.month_start_date,
        expected_gaps.gap_days / nullif(expected_gaps.expected_gap_days, 0) as ratio
    from months
    inner join expected_gaps
        on months.month_start_date > expected_gaps.next_ordered_date
    where expected_gaps.expected_gap_days is not null
),

ranked_ratios as (
    select
        month_start_date,
        count(ratio) as return_count,
        {{ sorted_values('ratio') }} as ratios
    from known_ratios
    group by month_start_date
)

select
    ranked_ratios.month_start_date,
    ranked_ratios.return_count,
    case
        when ranked_ratios.return_count >= windows.churn_minimum_returns
            then {{ interpolated_quantile(
                'ranked_ratios.ratios', 'windows.churn_percentile'
            ) }}
    end as churn_factor,
    case
        when ranked_ratios.return_count >= windows.churn_minimum_returns
            then {{ interpolated_quantile(
                'ranked_ratios.ratios', 'windows.at_risk_percentile'
            ) }}
    end as at_risk_factor
from ranked_ratios
cross join windows
