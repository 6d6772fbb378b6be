with source as (
    select
        {{ json_fields('payload', {
            "id": "VARCHAR",
            "updated_at": "VARCHAR",
            "line_items": [{
                "id": "VARCHAR", "sku": "VARCHAR", "name": "VARCHAR", "quantity": "VARCHAR",
                "current_quantity": "VARCHAR", "price": "VARCHAR", "total_discount": "VARCHAR",
                "discount_allocations": [{"amount": "VARCHAR"}]
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

-- Allocations hold every discount on the line, the order's own too; `total_discount` only those
-- that somebody put on the line itself.
order_lines as (
    select
        *,
        {{ delivered_quantity("line_item['quantity']") }} as quantity,
        {{ delivered_quantity("line_item['current_quantity']") }} as current_quantity,
        {{ delivered_amount("line_item['price']") }} as unit_price,
        {{ delivered_amount("line_item['total_discount']") }} as line_discount,
        {{ items_as(
            "line_item['discount_allocations']",
            'allocation',
            delivered_amount("allocation['amount']")
        ) }} as allocations
    from line_items
),

discounted_lines as (
    select
        *,
        try_cast(
            coalesce({{ sum_of_items('allocations') }}, line_discount) as decimal(18, 4)
        ) as discount_amount
    from order_lines
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
    current_quantity,
    unit_price,
    discount_amount,
    try_cast(
        {{ product_of('quantity', 'unit_price', 'decimal(18, 4)') }}
        - coalesce(discount_amount, 0) as decimal(18, 4)
    ) as line_amount,

    {{ value_issues({
        "line_item['quantity']": 'quantity',
        "line_item['current_quantity']": 'current_quantity',
        "line_item['price']": 'unit_price',
        "line_item['total_discount']": 'line_discount',
    }) }}
    || case
        when {{ list_size(items_where('allocations', 'amount', 'amount is null')) }} > 0
            then {{ list_of(["'discount_amount'"]) }}
        else {{ list_of([]) }}
    end as _issues,
    _line,
    _load_id
from discounted_lines
