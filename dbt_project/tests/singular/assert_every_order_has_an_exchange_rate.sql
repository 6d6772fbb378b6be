-- A currency or a date that the seed of rates doesn't cover would drop out of every sum unseen. A
-- few orders at a wrong date are told, and hold nothing up.
{{ config(
    warn_if='>0',
    error_if='>10',
    fail_calc='coalesce(sum(order_count), 0)',
    meta={'tells_rows': true}
) }}

with orders as (
    select * from {{ ref('int_orders__unlinked_orders') }}
    where amount_original is not null and ordered_date is not null and amount is null
),

settings as (
    select * from {{ ref('int_company__settings') }}
)

select
    orders.currency as from_currency,
    settings.reporting_currency as to_currency,
    count(*) as order_count,
    min(orders.ordered_date) as first_ordered_date,
    max(orders.ordered_date) as last_ordered_date,
    'add its rates to currency_rates.csv' as what_to_do
from orders
cross join settings
group by
    orders.currency,
    settings.reporting_currency
