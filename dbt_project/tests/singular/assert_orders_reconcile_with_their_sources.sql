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

-- What the shop's own words or its gateway call a test counts nowhere.
test_orders as (
    select order_id
    from shop_records
    where
        {{ json_text('payload', '$.test') }} = 'true'
        or lower({{ json_text('payload', '$.gateway') }}) in (
            select test_gateways.gateway from {{ ref('test_gateways') }} as test_gateways
        )
        or lower({{ json_text('payload', '$.payment_gateway_names[0]') }}) in (
            select test_gateways.gateway from {{ ref('test_gateways') }} as test_gateways
        )
),

counted_records as (
    select * from shop_records
    where order_id not in (select test_orders.order_id from test_orders)
),

shop_refund_payments as (
    select
        order_id,
        {{ json_text('payload', '$.currency') }} as currency,
        {{ one_row_per(json_list('payload', '$.refunds[*].transactions[*]')) }} as payment
    from counted_records
),

foreign_refunds as (
    select order_id
    from shop_refund_payments
    where {{ json_text('payment', '$.currency') }} != currency
),

receipt_records as (
    select
        store || '-' || "Receipt No" as receipt_id,
        max_by(upper(trim(currency)), _file_date) as currency,
        -- By itself: the macro that the models read it with would be wrong in both.
        max_by(
            case
                when not contains(amount, '.')
                    then try_cast(replace(amount, ',', '.') as decimal(18, 4))
            end,
            _file_date
        ) as amount
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
    from counted_records
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
        -- Money in another currency is converted, and tells nothing here.
        and order_id not in (select foreign_refunds.order_id from foreign_refunds)
        and {{ json_text('payment', '$.status') }} = 'success'
    group by what

    union all

    select
        'shop' as source_name,
        'lines' as what,
        sum({{ list_size(json_list('payload', '$.line_items[*]')) }}) as row_count,
        null as amount
    from counted_records
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
        fct_orders.source_name,
        'orders, ' || fct_orders.currency as what,
        count(*) as row_count,
        sum(fct_orders.amount_original + source_orders.removed_original) as amount
    from {{ ref('fct_orders') }} as fct_orders
    inner join {{ ref('int_shapes__orders') }} as source_orders
        on
            fct_orders.source_name = source_orders.source_name
            and fct_orders.source_order_id = source_orders.source_order_id
    where fct_orders.source_name = 'shop'
    group by
        fct_orders.source_name,
        what

    union all

    select
        source_name,
        'refunds, ' || currency as what,
        null as row_count,
        sum(amount_original) as amount
    from {{ ref('int_orders__refunds') }}
    where
        source_name = 'shop'
        and coalesce(order_key, '') not in (
            select {{ surrogate_key(["'shop'", 'foreign_refunds.order_id']) }} from foreign_refunds
        )
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
