-- Every step from the delivered line to the mart, as two numbers that must be equal.
with loads as (
    select * from {{ ref('stg_ledger__loads') }}
),

staged_tables as (
    select * from {{ ref('int_reconciliation__staged_tables') }}
),

staged_money as (
    select * from {{ ref('int_reconciliation__staged_money') }}
),

value_issues as (
    select * from {{ ref('int_reconciliation__value_issues') }}
),

source_orders as (
    select * from {{ ref('int_shapes__orders') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
),

sale_lines as (
    select * from {{ ref('int_orders__sale_lines') }}
    where is_return
),

refunds as (
    select * from {{ ref('int_orders__refunds') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints__all') }}
),

mart_touchpoints as (
    select * from {{ ref('fct_touchpoints') }}
),

landed_tables as (
    select
        source_name,
        table_name,
        sum(line_count) as line_count,
        sum(
            header_line_count
            + blank_line_count
            + row_line_count
            + reject_line_count
            + erased_line_count
        ) as accounted_line_count,
        sum(case when is_current then loaded_row_count else 0 end) as loaded_row_count
    from loads
    group by
        source_name,
        table_name
),

-- A test is no order, and what an edit took out of one was not sold: both were delivered.
excluded_orders as (
    select
        source_name,
        currency,
        count(excluded_reason) as order_count,
        sum(
            removed_original
            + case when excluded_reason is not null then amount_original else 0 end
        ) as amount_original
    from source_orders
    group by
        source_name,
        currency
),

-- A till writes a return as a negative line; the total of a web order stays what it was.
returned_lines as (
    select
        refunds.source_name,
        refunds.currency,
        -refunds.amount_original as amount_original
    from refunds
    inner join sale_lines
        on refunds.refund_line_key = sale_lines.order_line_key
),

mart_money as (
    select
        source_name,
        currency,
        sum(amount_original) as amount
    from (
        select
            source_name,
            currency,
            amount_original
        from orders

        union all

        select
            source_name,
            currency,
            amount_original
        from returned_lines

        union all

        select
            source_name,
            currency,
            amount_original
        from excluded_orders
    ) as orders_and_returns
    group by
        source_name,
        currency
),

order_counts as (
    select
        source_name,
        count(*) as order_count
    from source_orders
    group by source_name
),

mart_order_counts as (
    select
        source_name,
        sum(order_count) as order_count
    from (
        select
            source_name,
            count(*) as order_count
        from orders
        group by source_name

        union all

        select
            source_name,
            order_count
        from excluded_orders
    ) as counted_or_excluded
    group by source_name
),

touchpoint_counts as (
    select
        source_name,
        count(*) as touchpoint_count
    from touchpoints
    group by source_name
),

mart_touchpoint_counts as (
    select
        source_name,
        count(*) as touchpoint_count
    from mart_touchpoints
    group by source_name
),

money_columns as (
    select distinct
        view_name,
        column_name
    from staged_money
),

-- An unreadable amount as a reader would take it who guesses: of points and commas, the last one
-- that is not followed by three digits is that of the cents.
unread_amounts as (
    select
        money_columns.view_name,
        money_columns.column_name,
        count(*) as amount_count,
        sum({{ guessed_amount('value_issues.delivered_text') }}) as amount
    from value_issues
    inner join money_columns
        on
            value_issues.view_name = money_columns.view_name
            and value_issues.column_name = money_columns.column_name
    group by
        money_columns.view_name,
        money_columns.column_name
),

read_amounts as (
    select
        source_name,
        view_name,
        column_name,
        sum(amount_count) as amount_count,
        sum(amount) as amount
    from staged_money
    group by
        source_name,
        view_name,
        column_name
),

delivered_amounts as (
    select
        read_amounts.source_name,
        read_amounts.view_name || '.' || read_amounts.column_name as subject_name,
        read_amounts.amount_count as read_count,
        read_amounts.amount as read_amount,
        coalesce(unread_amounts.amount_count, 0) as unread_count,
        coalesce(unread_amounts.amount, 0) as unread_amount
    from read_amounts
    left join unread_amounts
        on
            read_amounts.view_name = unread_amounts.view_name
            and read_amounts.column_name = unread_amounts.column_name
),

comparisons as (
    select
        source_name,
        table_name as subject_name,
        'delivered lines are landed or listed' as step_name,
        'lines' as unit,
        line_count as expected_value,
        accounted_line_count as actual_value
    from landed_tables

    union all

    select
        landed_tables.source_name,
        landed_tables.table_name as subject_name,
        'loaded rows are in the raw table' as step_name,
        'rows' as unit,
        landed_tables.loaded_row_count as expected_value,
        staged_tables.raw_row_count as actual_value
    from landed_tables
    inner join staged_tables
        on
            landed_tables.source_name = staged_tables.source_name
            and landed_tables.table_name = staged_tables.table_name

    union all

    select
        landed_tables.source_name,
        landed_tables.table_name as subject_name,
        'raw rows are staged or superseded' as step_name,
        'rows' as unit,
        staged_tables.raw_row_count as expected_value,
        staged_tables.staged_row_count + staged_tables.superseded_row_count as actual_value
    from landed_tables
    inner join staged_tables
        on
            landed_tables.source_name = staged_tables.source_name
            and landed_tables.table_name = staged_tables.table_name

    union all

    select
        order_counts.source_name,
        'orders' as subject_name,
        'orders of the source are in the mart' as step_name,
        'rows' as unit,
        order_counts.order_count as expected_value,
        coalesce(mart_order_counts.order_count, 0) as actual_value
    from order_counts
    left join mart_order_counts
        on order_counts.source_name = mart_order_counts.source_name

    union all

    select
        touchpoint_counts.source_name,
        'touchpoints' as subject_name,
        'touchpoints of the channel are in the mart' as step_name,
        'rows' as unit,
        touchpoint_counts.touchpoint_count as expected_value,
        coalesce(mart_touchpoint_counts.touchpoint_count, 0) as actual_value
    from touchpoint_counts
    left join mart_touchpoint_counts
        on touchpoint_counts.source_name = mart_touchpoint_counts.source_name

    union all

    select
        staged_money.source_name,
        'orders in ' || staged_money.currency as subject_name,
        'money of the source is in the mart' as step_name,
        'money' as unit,
        staged_money.amount as expected_value,
        coalesce(mart_money.amount, 0) as actual_value
    from staged_money
    left join mart_money
        on
            staged_money.source_name = mart_money.source_name
            and staged_money.currency = mart_money.currency

    union all

    select
        source_name,
        subject_name,
        'delivered amounts are read' as step_name,
        'values' as unit,
        read_count + unread_count as expected_value,
        read_count as actual_value
    from delivered_amounts

    union all

    select
        source_name,
        subject_name,
        'delivered money is read' as step_name,
        'money' as unit,
        read_amount + unread_amount as expected_value,
        read_amount as actual_value
    from delivered_amounts
)

select
    {{ surrogate_key(['source_name', 'subject_name', 'step_name']) }} as comparison_key,
    source_name,
    subject_name,
    step_name,
    unit,
    cast(expected_value as decimal(18, 4)) as expected_value,
    cast(actual_value as decimal(18, 4)) as actual_value,
    cast(expected_value - actual_value as decimal(18, 4)) as difference
from comparisons
