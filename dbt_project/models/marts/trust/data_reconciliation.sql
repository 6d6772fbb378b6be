-- Every step from the delivered line to the mart, as two numbers that must be equal.
with loads as (
    select * from {{ ref('stg_ledger__loads') }}
),

staged_tables as (
    select * from {{ ref('stg_ledger__staged_tables') }}
),

shop_orders as (
    select * from {{ ref('stg_shop__orders') }}
),

receipt_lines as (
    select * from {{ ref('stg_pos__receipt_lines') }}
),

complete_journey_transactions as (
    select * from {{ ref('stg_complete_journey__transactions') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
),

-- A till writes a return as a negative line; the total of a shop's order stays what it was.
till_returns as (
    select * from {{ ref('int_orders__refunds') }}
    where source_name != 'shop'
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
        sum(header_line_count + blank_line_count + row_line_count + reject_line_count)
            as accounted_line_count,
        sum(case when is_current then loaded_row_count else 0 end) as loaded_row_count
    from loads
    group by
        source_name,
        table_name
),

staged_money as (
    select
        'shop' as source_name,
        currency,
        sum(total_amount) as amount
    from shop_orders
    group by currency

    union all

    select
        'pos' as source_name,
        currency,
        sum(line_amount) as amount
    from receipt_lines
    group by currency

    union all

    select
        'complete_journey' as source_name,
        'USD' as currency,
        sum(sales_amount) as amount
    from complete_journey_transactions
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
            -amount_original as amount_original
        from till_returns
    ) as orders_and_returns
    group by
        source_name,
        currency
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
    where staged_money.amount is not null
)

select
    {{ surrogate_key(['source_name', 'subject_name', 'step_name']) }} as comparison_key,
    source_name,
    subject_name,
    step_name,
    unit,
    cast(expected_value as decimal(18, 2)) as expected_value,
    cast(actual_value as decimal(18, 2)) as actual_value,
    cast(expected_value - actual_value as decimal(18, 2)) as difference
from comparisons
