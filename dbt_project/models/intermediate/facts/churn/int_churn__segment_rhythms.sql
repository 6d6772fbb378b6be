-- Rhythms are frozen per month, as known when it began, so that no later order changes a verdict.
with gaps as (
    select * from {{ ref('int_churn__purchase_gaps') }}
),

months as (
    select distinct cast(date_trunc('month', ordered_date) as date) as month_start_date
    from gaps
),

-- A gap is known from the order that ends it. It counts for its segment and for all.
known_gaps as (
    select
        months.month_start_date,
        {{ one_row_per_place({
            'dimension': ["'segment'", "'total'"],
            'member': ['gaps.segment_slug', "'all'"]
        }) }},
        gaps.gap_days
    from months
    inner join gaps
        on months.month_start_date > gaps.next_ordered_date
)

select
    month_start_date,
    dimension,
    member,
    count(*) as gap_count,
    median(gap_days) as median_gap_days
from known_gaps
where member is not null
group by
    month_start_date,
    dimension,
    member
