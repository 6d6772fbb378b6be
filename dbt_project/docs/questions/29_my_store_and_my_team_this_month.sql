-- How is my store doing this month, and how is my team, phone teams included?
with months as (
    select max(period_start_date) as month_start_date
    from marts.cx_scorecard
    where period_type = 'month'
)

select
    dimension as unit_type,
    member_name as unit_name,
    metric_name,
    unit,
    case when is_min_n then round(value, 3) end as value,
    case when is_min_n then round(ci_low, 3) end as at_least,
    case when is_min_n then round(ci_high, 3) end as at_most,
    denominator as unit_count,
    is_mature,
    covered_days
from marts.cx_scorecard
where
    dimension in ('store', 'team')
    and period_type = 'month'
    and period_start_date = (select months.month_start_date from months)
    and metric_slug in (
        'basket',
        'call_abandonment',
        'call_wait_time',
        'ces',
        'ces_5',
        'csat',
        'fcr',
        'refund_rate_lines',
        'transfer'
    )
    and member != 'unknown'
order by
    dimension asc,
    member asc,
    metric_slug asc;
