-- The factors by which a silence outlasts the gap expected, as known when the month began. A gap
-- that still ran then counts for as long as it had run (Kaplan–Meier): among gaps that have ended
-- the long ones are missing. Some never end, so the percentiles are of those who come back, as
-- far as enough silences are watched.
with expected_gaps as (
    select * from {{ ref('int_churn__expected_gaps') }}
),

-- The history begins where the last of the sources that show orders is covered.
history as (
    select * from {{ ref('int_orders__coverage') }}
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

months as (
    select distinct month_start_date
    from expected_gaps
),

month_ratios as (
    select
        months.month_start_date,
        coalesce(months.month_start_date > expected_gaps.next_ordered_date, false) as has_returned,
        case
            when months.month_start_date > expected_gaps.next_ordered_date
                then expected_gaps.gap_days
            else {{ seconds_between(
                'expected_gaps.ordered_at', 'cast(months.month_start_date as timestamp)'
            ) }} / 86400
        end / expected_gaps.expected_gap_days as ratio
    from months
    inner join expected_gaps
        on months.month_start_date > expected_gaps.ordered_date
    where expected_gaps.expected_gap_days > 0
),

ratios as (
    select
        month_start_date,
        ratio,
        count(*) as end_count,
        count(*) filter (where has_returned) as returned_count
    from month_ratios
    group by
        month_start_date,
        ratio
),

risks as (
    select
        *,
        sum(end_count) over (
            partition by month_start_date
            order by ratio desc
            rows between unbounded preceding and current row
        ) as at_risk_count
    from ratios
),

survivals as (
    select
        *,
        {{ survival('returned_count', 'at_risk_count') }} as survival_share
    from risks
    window cell as (
        partition by month_start_date
        order by ratio
        rows between unbounded preceding and current row
    )
),

-- Rounded, because a product of logarithms is a hair off.
returns as (
    select
        survivals.month_start_date,
        survivals.ratio,
        survivals.returned_count,
        round(1 - survivals.survival_share, 9) as returned_share,
        max(round(1 - survivals.survival_share, 9)) over (
            partition by survivals.month_start_date
        ) as last_returned_share
    from survivals
    inner join windows
        on survivals.at_risk_count >= windows.churn_minimum_at_risk
),

month_factors as (
    select
        returns.month_start_date,
        max(returns.last_returned_share) as returned_share,
        min(returns.ratio) filter (
            where returns.returned_count > 0
            and returns.returned_share
            >= round(windows.churn_percentile * returns.last_returned_share, 9)
        ) as churn_factor,
        min(returns.ratio) filter (
            where returns.returned_count > 0
            and returns.returned_share
            >= round(windows.at_risk_percentile * returns.last_returned_share, 9)
        ) as at_risk_factor
    from returns
    cross join windows
    group by returns.month_start_date
),

month_counts as (
    select
        month_start_date,
        count(*) filter (where has_returned) as return_count
    from month_ratios
    group by month_start_date
)

select
    month_counts.month_start_date,
    month_counts.return_count,
    month_factors.returned_share,
    case
        when month_counts.return_count >= windows.churn_minimum_returns
            then month_factors.churn_factor
    end as churn_factor,
    case
        when month_counts.return_count >= windows.churn_minimum_returns
            then month_factors.at_risk_factor
    end as at_risk_factor,
    cast(
        {{ dbt.datediff('history.covered_from', 'month_counts.month_start_date', 'day') }} as double
    ) as history_days
from month_counts
cross join windows
cross join history
left join month_factors
    on month_counts.month_start_date = month_factors.month_start_date
