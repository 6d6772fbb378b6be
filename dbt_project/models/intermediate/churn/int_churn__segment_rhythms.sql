-- Frozen per month: what was known when the month began, so that no later order moves a verdict.
with gaps as (
    select * from {{ ref('int_churn__purchase_gaps') }}
),

months as (
    select distinct cast(date_trunc('month', ordered_date) as date) as month_start_date
    from gaps
),

-- A gap is known from the order that ends it.
known_gaps as (
    select
        months.month_start_date,
        gaps.segment_slug,
        gaps.gap_days
    from months
    inner join gaps
        on months.month_start_date > gaps.next_ordered_date
)

select
    month_start_date,
    segment_slug,
    grouping(segment_slug) = 1 as is_total,
    count(*) as gap_count,
    median(gap_days) as median_gap_days
from known_gaps
group by grouping sets ((month_start_date, segment_slug), (month_start_date))
