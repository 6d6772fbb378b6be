with source as (
    select
        {{ json_fields('payload', {
            "id": "VARCHAR",
            "updated_at": "VARCHAR",
            "refunds": [{
                "id": "VARCHAR",
                "created_at": "VARCHAR",
                "transactions": [{"amount": "VARCHAR", "kind": "VARCHAR", "status": "VARCHAR"}]
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

order_refunds as (
    select
        shop_order['id'] as order_id,
        {{ one_row_per("shop_order['refunds']") }} as refund,
        _line,
        _load_id
    from versions
    where is_latest_version
),

-- The amount paid back is that of the payment provider's successful refunds: one that failed moved
-- no money.
refunds as (
    select
        *,
        {{ utc_timestamp("refund['created_at']") }} as refunded_at,
        {{ items_as(
            items_where(
                "refund['transactions']",
                'payment',
                "payment['kind'] = 'refund' and payment['status'] = 'success'"
            ),
            'payment',
            delivered_amount("payment['amount']")
        ) }} as paid_amounts
    from order_refunds
)

select
    -- keys
    order_id,
    refund['id'] as refund_id,

    -- measures
    cast(coalesce({{ sum_of_items('paid_amounts') }}, 0) as decimal(18, 2)) as refund_amount,

    -- timestamps
    refunded_at,

    {{ value_issues({"refund['created_at']": 'refunded_at'}) }}
    || case
        when {{ list_size(items_where('paid_amounts', 'amount', 'amount is null')) }} > 0
            then {{ list_of(["'refund_amount'"]) }}
        else {{ list_of([]) }}
    end as _issues,
    _line,
    _load_id
from refunds
