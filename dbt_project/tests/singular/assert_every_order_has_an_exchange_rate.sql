-- A currency or a date that the seed of rates doesn't cover would drop out of every sum unseen. A
-- few orders at a wrong date are told, and hold nothing up.
{{ config(warn_if='>0', error_if='>10') }}

select
    order_key,
    currency,
    ordered_date
from {{ ref('int_orders__unlinked_orders') }}
where amount_original is not null and ordered_date is not null and amount is null
