with source as (
    select
        {{ json_fields('payload', {
            "id": "VARCHAR",
            "updated_at": "VARCHAR",
            "line_items": [{
                "id": "VARCHAR", "sku": "VARCHAR", "name": "VARCHAR", "quantity": "VARCHAR",
                "price": "VARCHAR", "total_discount": "VARCHAR"
            }]
        }) }} as shop_order,
        payload,
        _file_date,
        _line,
        _load_id
    from {{ source('shop', 'orders') }}
),

versions as (
    select
        *,
        {{ latest_version(
            "shop_order['id']", utc_timestamp("shop_order['updated_at']"), content='md5(payload)'
        ) }} as is_latest_version
    from source
),

line_items as (
    select
        shop_order['id'] as order_id,
        {{ one_row_per("shop_order['line_items']") }} as line_item,
        _line,
        _load_id
    from versions
    where is_latest_version
),

order_lines as (
    select
        *,
        {{ delivered_quantity("line_item['quantity']") }} as quantity,
        {{ delivered_amount("line_item['price']") }} as unit_price,
        {{ delivered_amount("line_item['total_discount']") }} as discount_amount
    from line_items
)

select
    -- keys
    order_id,
    line_item['id'] as order_line_id,
    line_item['sku'] as product_id,

    -- attributes
    line_item['name'] as product_name,

    -- measures
    quantity,
    unit_price,
    discount_amount,
    {{ product_of('quantity', 'unit_price') }} - coalesce(discount_amount, 0) as line_amount,

    {{ value_issues({
        "line_item['quantity']": 'quantity',
        "line_item['price']": 'unit_price',
        "line_item['total_discount']": 'discount_amount',
    }) }} as _issues,
    _line,
    _load_id
from order_lines
