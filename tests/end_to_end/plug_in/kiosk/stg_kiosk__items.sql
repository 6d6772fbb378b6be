with source as (
    select * from {{ source('kiosk', 'items') }}
),

versions as (
    select
        *,
        try_cast(price as decimal(18, 2)) as price_amount,
        row_number() over (
            partition by order_id, item_number order by _file_date desc, _line desc
        ) as version_rank
    from source
)

select
    order_id,
    item_number,
    product_id,
    product_name,
    price_amount,
    {{ value_issues({'price': 'price_amount'}) }} as _issues,
    _load_id
from versions
where version_rank = 1
