with purchases as (
    select * from {{ ref('int_orders__orders') }}
    where is_purchase and customer_key is not null
),

mart_rules as (
    select * from {{ ref('mart_rules') }}
    where mart = 'retention_cohorts'
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

months as (
    select {{ one_row_per(numbers_to(60)) }} as age_months
),

first_orders as (
    select
        customer_key,
        ordered_at as first_ordered_at,
        cast(date_trunc('month', ordered_date) as date) as cohort_month_date
    from purchases
    where is_first_order
),

cohort_sizes as (
    select
        cohort_month_date,
        count(*) as customer_count
    from first_orders
    group by cohort_month_date
),

-- Each month of age that is over for the customer, with a purchase or without.
customer_months as (
    select
        first_orders.customer_key,
        first_orders.cohort_month_date,
        months.age_months,
        first_orders.first_ordered_at + (months.age_months - 1) * windows.retention_month
            as began_at,
        first_orders.first_ordered_at + months.age_months * windows.retention_month as ended_at
    from first_orders
    cross join settings
    cross join windows
    cross join months
    where
        first_orders.first_ordered_at + months.age_months * windows.retention_month
        < settings.as_of
),

customer_month_purchases as (
    select
        customer_months.customer_key,
        customer_months.cohort_month_date,
        customer_months.age_months,
        count(purchases.order_key) as purchase_count,
        coalesce(sum(purchases.net_amount), 0) as net_amount
    from customer_months
    left join purchases
        on
            customer_months.customer_key = purchases.customer_key
            and customer_months.began_at < purchases.ordered_at
            and customer_months.ended_at >= purchases.ordered_at
    group by
        customer_months.customer_key,
        customer_months.cohort_month_date,
        customer_months.age_months
),

cohort_months as (
    select
        cohort_month_date,
        age_months,
        count(*) as denominator,
        count(*) filter (where purchase_count > 0) as numerator,
        sum(purchase_count) as purchase_count,
        sum(net_amount) as net_amount
    from customer_month_purchases
    group by
        cohort_month_date,
        age_months
),

rates as (
    select
        *,
        numerator / cast(denominator as double) as value
    from cohort_months
)

select
    rates.cohort_month_date,
    cast(rates.age_months as integer) as age_months,
    cohort_sizes.customer_count,
    rates.denominator,
    rates.numerator,
    cast(rates.purchase_count as bigint) as purchase_count,
    cast(rates.net_amount as decimal(18, 2)) as net_amount,
    rates.value,
    {{ wilson_bound('-', 'rates.value', 'rates.denominator') }} as ci_low,
    {{ wilson_bound('+', 'rates.value', 'rates.denominator') }} as ci_high,
    rates.denominator = cohort_sizes.customer_count as is_mature,
    rates.denominator >= mart_rules.minimum_n as is_min_n,
    mart_rules.definition_version
from rates
inner join cohort_sizes
    on rates.cohort_month_date = cohort_sizes.cohort_month_date
cross join mart_rules
