with staged_money as (
    {{ staged_money() }}
)

select
    source_name,
    view_name,
    column_name,
    currency,
    amount_count,
    amount
from staged_money
where amount is not null
