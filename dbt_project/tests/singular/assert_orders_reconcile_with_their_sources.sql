-- Rows and money of orders, counted from the raw rows by other means than staging's. A later
-- version of a record replaces the earlier one: such rows are duplicates, and counted once.
with shop_records as (
    select
        {{ json_text('payload', '$.id') }} as order_id,
        max_by(
            payload,
            coalesce(
                {{ utc_timestamp(json_text('payload', '$.updated_at')) }},
                cast('0001-01-01' as timestamp)
            )
        ) as payload
    from {{ source('shop', 'orders') }}
    group by order_id
),

shop_refund_payments as (
    select
        order_id,
        {{ json_text('payload', '$.currency') }} as currency,
        {{ one_row_per(json_list('payload', '$.refunds[*].transactions[*]')) }} as payment
    from shop_records
),

receipt_records as (
    select
        store || '-' || "Receipt No" as receipt_id,
        max_by(currency, _file_date) as currency,
        max_by({{ decimal_comma('amount') }}, _file_date) as amount
    from {{ source('pos', 'receipts') }}
    group by
        receipt_id,
        line
),

transaction_records as (
    select
        basket_id,
        max_by({{ delivered_amount('sales_value') }}, _file_date) as amount
    from {{ source('complete_journey', 'transactions') }}
    group by
        basket_id,
        product_id
),

sent as (
    select
        'shop' as source_name,
        'orders, ' || {{ json_text('payload', '$.currency') }} as what,
        count(*) as row_count,
        sum({{ delivered_amount(json_text('payload', '$.total_price')) }}) as amount
    from shop_records
    group by what

    union all

    select
        'shop' as source_name,
        'refunds, ' || currency as what,
        null as row_count,
        sum({{ delivered_amount(json_text('payment', '$.amount')) }}) as amount
    from shop_refund_payments
    where
        {{ json_text('payment', '$.kind') }} = 'refund'
        and {{ json_text('payment', '$.status') }} = 'success'
    group by what

    union all

    select
        'shop' as source_name,
        'lines' as what,
        sum({{ list_size(json_list('payload', '$.line_items[*]')) }}) as row_count,
        null as amount
    from shop_records
    having count(*) > 0

    union all

    select
        'pos' as source_name,
        'lines, ' || currency as what,
        count(*) as row_count,
        sum(amount) as amount
    from receipt_records
    group by what

    union all

    select
        'complete_journey' as source_name,
        'lines' as what,
        count(*) as row_count,
        sum(amount) as amount
    from transaction_records
    having count(*) > 0

    union all

    select
        'complete_journey' as source_name,
        'orders' as what,
        count(distinct basket_id) as row_count,
        sum(amount) as amount
    from transaction_records
    having count(*) > 0
),

-- A till returns goods on negative lines; a refund turned their sign.
kept as (
    select
        source_name,
        'orders, ' || currency as what,
        count(*) as row_count,
        sum(amount_original) as amount
    from {{ ref('fct_orders') }}
    where source_name = 'shop'
    group by
        source_name,
        what

    union all

    select
        source_name,
        'refunds, ' || currency as what,
        null as row_count,
        sum(amount_original) as amount
    from {{ ref('int_orders__refunds') }}
    where source_name = 'shop'
    group by
        source_name,
        what

    union all

    select
        source_name,
        'lines' as what,
        count(*) as row_count,
        null as amount
    from {{ ref('fct_order_lines') }}
    where source_name = 'shop'
    group by source_name

    union all

    select
        source_name,
        'lines, ' || currency as what,
        sum(row_count) as row_count,
        sum(amount) as amount
    from (
        select
            source_name,
            currency,
            sum(line_count) as row_count,
            sum(amount_original) as amount
        from {{ ref('fct_orders') }}
        where source_name = 'pos'
        group by
            source_name,
            currency
        union all
        select
            source_name,
            currency,
            count(*) as row_count,
            -sum(amount_original) as amount
        from {{ ref('int_orders__refunds') }}
        where source_name = 'pos'
        group by
            source_name,
            currency
    ) as till_lines
    group by
        source_name,
        what

    union all

    select
        source_name,
        'lines' as what,
        count(*) as row_count,
        sum(amount_original) as amount
    from {{ ref('fct_order_lines') }}
    where source_name = 'complete_journey'
    group by source_name

    union all

    select
        source_name,
        'orders' as what,
        count(*) as row_count,
        sum(amount_original) as amount
    from {{ ref('fct_orders') }}
    where source_name = 'complete_journey'
    group by source_name
)

select
    coalesce(sent.source_name, kept.source_name) as source_name,
    coalesce(sent.what, kept.what) as what,
    sent.row_count as sent_row_count,
    kept.row_count as kept_row_count,
    sent.amount as sent_amount,
    kept.amount as kept_amount
from sent
full outer join kept
    on
        sent.source_name = kept.source_name
        and sent.what = kept.what
where
    sent.row_count is distinct from kept.row_count
    or sent.amount is distinct from kept.amount
