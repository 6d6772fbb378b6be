-- What conditions of actions ask of a customer, as of now. A count without a row is 0; a stretch of
-- time without a row is not known, and no condition on it holds.
with customers as (
    select * from {{ ref('int_identity__customers') }}
    where is_identified
),

loops as (
    select * from {{ ref('int_feedback__loops') }}
),

orders as (
    select * from {{ ref('int_orders__orders') }}
    where is_purchase
),

incidents as (
    select * from {{ ref('int_bad_experiences__incidents') }}
),

cases as (
    select * from {{ ref('int_cases__cases') }}
    where is_open and excluded_reason is null
),

silences as (
    select * from {{ ref('int_churn__silences') }}
    where next_ordered_at is null
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

windows as (
    select * from {{ ref('int_company__windows') }}
),

measured as (
    -- Nobody has reached them yet, and it is not so long ago that a call would surprise them.
    select
        loops.customer_key,
        'open_detractor_answers' as measure,
        count(*) as measure_value
    from loops
    cross join settings
    cross join windows
    where
        loops.contacted_at is null
        and loops.answered_at >= settings.as_of - windows.health_look_back
    group by loops.customer_key

    union all

    select
        orders.customer_key,
        'overdue_orders' as measure,
        count(*) as measure_value
    from orders
    cross join settings
    where
        orders.promised_at < settings.as_of
        and orders.delivered_at is null
        and not orders.is_cancelled
    group by orders.customer_key

    union all

    select
        incidents.customer_key,
        'recent_bad_experiences' as measure,
        count(*) as measure_value
    from incidents
    cross join settings
    cross join windows
    where incidents.occurred_at >= settings.as_of - windows.action_look_back
    group by incidents.customer_key

    union all

    select
        customer_key,
        'open_cases' as measure,
        count(*) as measure_value
    from cases
    group by customer_key

    union all

    select
        orders.customer_key,
        'order_count' as measure,
        count(*) as measure_value
    from orders
    group by orders.customer_key

    union all

    select
        orders.customer_key,
        'days_since_order' as measure,
        min({{ dbt.datediff('orders.ordered_at', 'settings.as_of', 'day') }}) as measure_value
    from orders
    cross join settings
    group by orders.customer_key

    union all

    select
        silences.customer_key,
        'days_past_rhythm' as measure,
        min({{ dbt.datediff('silences.at_risk_at', 'settings.as_of', 'day') }}) as measure_value
    from silences
    cross join settings
    where silences.at_risk_at < settings.as_of
    group by silences.customer_key
)

select
    measured.customer_key,
    measured.measure,
    cast(measured.measure_value as double) as measure_value
from measured
inner join customers
    on measured.customer_key = customers.customer_key
