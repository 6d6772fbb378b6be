-- How many customers are in each fifth of value, what are they expected to bring, and how far off was that last time?
select
    value_fifth,
    horizon_days,
    count(*) as customers,
    round(avg(expected_order_count), 3) as expected_orders,
    round(avg(expected_margin_amount), 2) as expected_margin,
    round(avg(margin_error_share), 2) as margin_error_share,
    mode(margin_reason) as why_not
from marts.customer_predictions
group by value_fifth, horizon_days
order by value_fifth desc;
