-- Relational NPS this month and the last ones asked, with interval, target and owner?
select
    period_start_date,
    value,
    ci_low,
    ci_high,
    denominator as answers,
    target,
    status,
    owner
from marts.cx_scorecard
where metric_slug = 'nps_relational' and dimension = 'total' and period_type = 'month'
order by period_start_date desc;
