-- How is my store doing this month, and how is my team, phone teams included?
select
    unit_type,
    unit_name,
    is_complete_period,
    csat_rate,
    csat_unit_count,
    ces_rate,
    ces_unit_count,
    call_wait_seconds,
    call_handle_seconds,
    call_abandonment_rate,
    call_handle_unit_count,
    fcr_rate,
    transfer_rate,
    visit_count,
    order_count,
    basket_amount,
    returned_line_rate,
    negative_text_share,
    frequent_reason_slug,
    employee_mood_score
from marts.frontline_scorecard
where
    period_type = 'month'
    and period_start_date = (
        select max(months.period_start_date)
        from marts.frontline_scorecard as months
        where months.period_type = 'month'
    )
order by
    unit_type asc,
    unit_name asc;
