-- Net revenue, refunds and margin by month, reconciled to the source?
with money as (
    select sum(abs(difference)) as lost_or_doubled
    from marts.data_reconciliation
    where step_name = 'money of the source is in the mart'
)

select
    revenue.period_start_date,
    revenue.gross_amount,
    revenue.refund_amount,
    revenue.net_amount,
    revenue.margin_amount,
    money.lost_or_doubled
from marts.revenue
cross join money
where revenue.period_type = 'month' and revenue.dimension = 'total'
order by revenue.period_start_date;
