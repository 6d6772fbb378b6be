with source as (
    select
        {{ json_fields('payload', {
            "id": "VARCHAR",
            "updated_at": "VARCHAR",
            "refunds": [{
                "id": "VARCHAR",
                "refund_line_items": [{
                    "id": "VARCHAR", "line_item_id": "VARCHAR", "quantity": "VARCHAR",
                    "subtotal": "VARCHAR"
                }]
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

refunds as (
    select
        shop_order['id'] as order_id,
        {{ one_row_per("shop_order['refunds']") }} as refund,
        _line,
        _load_id
    from versions
    where is_latest_version
),

refund_line_items as (
    select
        order_id,
        refund['id'] as refund_id,
        {{ one_row_per("refund['refund_line_items']") }} as line_item,
        _line,
        _load_id
    from refunds
),

refund_lines as (
    select
        *,
        {{ delivered_quantity("line_item['quantity']") }} as quantity,
        {{ delivered_amount("line_item['subtotal']") }} as line_amount
    from refund_line_items
)

select
    -- keys
    line_item['id'] as refund_line_id,
    refund_id,
    order_id,
    line_item['line_item_id'] as order_line_id,

    -- measures
    quantity,
    line_amount,

    {{ value_issues({
        "line_item['quantity']": 'quantity',
        "line_item['subtotal']": 'line_amount',
    }) }} as _issues,
    _line,
    _load_id
from refund_lines
