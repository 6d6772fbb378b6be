with daily_kpis as (
    select * from {{ ref('agg_kpis_daily') }}
),

days as (
    select
        cast(
            {{ one_row_per(days_between('min(anchor_date)', 'max(anchor_date)')) }} as date
        ) as day_date
    from daily_kpis
)

select
    day_date,
    cast(date_trunc('week', day_date) as date) as week_start_date,
    cast(date_trunc('month', day_date) as date) as month_start_date
from days
