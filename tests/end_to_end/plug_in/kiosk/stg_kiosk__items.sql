with source as (
    select * from {{ source('kiosk', 'items') }}
),

versions as (
    select
        *,
        {{ delivered_amount('price') }} as price_amount,
        {{ latest_version('order_id, item_number', content='_line') }} as is_latest_version
    from source
)

select
    order_id,
    item_number,
    product_id,
    product_name,
    price_amount,
    {{ value_issues({'price': 'price_amount'}) }} as _issues,
    _line,
    _load_id
from versions
where is_latest_version
