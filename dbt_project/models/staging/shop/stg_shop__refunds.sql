with source as (
    select
        {{ json_fields('payload', {
            "id": "VARCHAR",
            "updated_at": "VARCHAR",
            "currency": "VARCHAR",
            "total_price_set": {
                "shop_money": {"amount": "VARCHAR", "currency_code": "VARCHAR"},
                "presentment_money": {"amount": "VARCHAR", "currency_code": "VARCHAR"}
            },
            "refunds": [{
                "id": "VARCHAR",
                "created_at": "VARCHAR",
                "transactions": [{
                    "amount": "VARCHAR", "kind": "VARCHAR", "status": "VARCHAR",
                    "currency": "VARCHAR", "test": "VARCHAR",
                    "amount_set": {
                        "shop_money": {"amount": "VARCHAR", "currency_code": "VARCHAR"}
                    }
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

order_refunds as (
    select
        shop_order['id'] as order_id,
        shop_order['currency'] as currency,
        shop_order['total_price_set'] as totals,
        {{ one_row_per("shop_order['refunds']") }} as refund,
        _line,
        _load_id
    from versions
    where is_latest_version
),

-- The amount paid back is that of the payment provider's successful refunds: one that failed, or
-- was a test, moved no money. A payment is in its own currency; where it does not say what that is
-- in the shop's, the totals of the order do.
payments as (
    select
        *,
        {{ items_where(
            "refund['transactions']",
            'payment',
            "payment['kind'] = 'refund' and payment['status'] = 'success'"
            ~ " and not coalesce(try_cast(payment['test'] as boolean), false)"
        ) }} as paid,
        {{ delivered_number("totals['shop_money']['amount']", 'money') }}
        / nullif({{ delivered_number("totals['presentment_money']['amount']", 'money') }}, 0)
            as presentment_rate
    from order_refunds
),

refunds as (
    select
        *,
        {{ utc_timestamp("refund['created_at']") }} as refunded_at,
        {{ items_as(
            'paid',
            'payment',
            "case when payment['amount_set']['shop_money']['currency_code'] = currency then "
            ~ delivered_amount("payment['amount_set']['shop_money']['amount']")
            ~ " when coalesce(payment['currency'], currency) = currency then "
            ~ delivered_amount("payment['amount']")
            ~ " when payment['currency'] = totals['presentment_money']['currency_code'] then "
            ~ delivered_amount(
                '(' ~ delivered_number("payment['amount']", 'money') ~ ' * presentment_rate)'
            )
            ~ " end"
        ) }} as paid_amounts,
        {{ items_where(
            'paid',
            'payment',
            "payment['currency'] != currency"
            ~ " and payment['amount_set']['shop_money']['amount'] is null"
            ~ " and (presentment_rate is null"
            ~ " or payment['currency'] is distinct from totals['presentment_money']['currency_code'])"
        ) }} as foreign_payments
    from payments
)

select
    -- keys
    order_id,
    refund['id'] as refund_id,

    -- attributes
    {{ list_item('foreign_payments', 1) }}['currency'] as foreign_currency,

    -- measures
    cast(coalesce({{ sum_of_items('paid_amounts') }}, 0) as decimal(18, 4)) as refund_amount,
    cast({{ sum_of_items(items_as(
        'foreign_payments', 'payment', delivered_amount("payment['amount']")
    )) }} as decimal(18, 4)) as foreign_amount,

    -- timestamps
    refunded_at,

    {{ value_issues({"refund['created_at']": 'refunded_at'}) }}
    || case
        when
            {{ list_size(items_where('paid_amounts', 'amount', 'amount is null')) }}
            > {{ list_size('foreign_payments') }}
            then {{ list_of(["'refund_amount'"]) }}
        else {{ list_of([]) }}
    end as _issues,
    _line,
    _load_id
from refunds
