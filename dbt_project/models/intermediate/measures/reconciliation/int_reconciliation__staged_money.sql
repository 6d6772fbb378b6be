with staged_money as (
    {{ staged_money() }}
)

select
    source_name,
    currency,
    amount
from staged_money
where amount is not null
