-- A few own gaps say little, so the segment's median counts as `churn_segment_weight` gaps more.
with gaps as (
    select
        *,
        cast(date_trunc('month', ordered_date) as date) as month_start_date
    from {{ ref('int_churn__purchase_gaps') }}
),

segment_rhythms as (
    select * from {{ ref('int_churn__segment_rhythms') }}
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

-- A customer without a segment is measured by all customers.
rhythms as (
    select
        gaps.*,
        coalesce(of_segment.median_gap_days, of_all.median_gap_days) as segment_median_gap_days
    from gaps
    left join segment_rhythms as of_segment
        on
            gaps.month_start_date = of_segment.month_start_date
            and of_segment.dimension = 'segment'
            and gaps.segment_slug = of_segment.member
    left join segment_rhythms as of_all
        on
            gaps.month_start_date = of_all.month_start_date
            and of_all.dimension = 'total'
)

select
    rhythms.order_key,
    rhythms.customer_key,
    rhythms.segment_slug,
    rhythms.channel_slug,
    rhythms.store_key,
    rhythms.order_number,
    rhythms.earlier_gap_count,
    rhythms.own_median_gap_days,
    rhythms.segment_median_gap_days,
    rhythms.gap_days,
    case
        when rhythms.earlier_gap_count >= windows.churn_minimum_gaps
            then (
                rhythms.earlier_gap_count * rhythms.own_median_gap_days
                + windows.churn_segment_weight * rhythms.segment_median_gap_days
            ) / (rhythms.earlier_gap_count + windows.churn_segment_weight)
    end as expected_gap_days,
    rhythms.month_start_date,
    rhythms.first_ordered_at,
    rhythms.ordered_at,
    rhythms.ordered_date,
    rhythms.next_ordered_at,
    rhythms.next_ordered_date
from rhythms
cross join windows
