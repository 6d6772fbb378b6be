-- Who was in a count on which day: one row per rule, topic, member of its area, customer and day.
-- Customers of whom no identifier is known can't be told apart, so they are in none.
with rules as (
    select * from {{ ref('warning_rules') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints__all') }}
    where customer_key is not null and not is_bot
),

cases as (
    select * from {{ ref('int_cases__cases') }}
    where started_by = 'customer' and excluded_reason is null and is_customer_known
),

orders as (
    select * from {{ ref('int_orders__orders') }}
    where customer_key is not null
),

order_lines as (
    select * from {{ ref('int_orders__order_lines') }}
    where customer_key is not null and product_key is not null
),

text_reasons as (
    select * from {{ ref('int_texts__reasons') }}
    where case_key is not null
),

answers as (
    select * from {{ ref('int_feedback__counted_answers') }}
    where is_valid and excluded_reason is null and customer_key is not null
),

pages as (
    select * from {{ ref('int_warnings__pages') }}
),

bought_days as (
    select max(days) as day_count
    from {{ ref('exposure_rules') }}
    where area = 'product' and exposed_by = 'bought'
),

case_reasons as (
    select
        case_key,
        min(contact_reason_slug) as contact_reason_slug,
        min(store_key) as store_key,
        min(language) as language
    from text_reasons
    group by case_key
),

contacts as (
    select
        cases.case_key,
        cases.customer_key,
        cases.order_key,
        cases.source_name,
        cases.opened_at,
        coalesce(cases.contact_reason_slug, case_reasons.contact_reason_slug) as topic,
        coalesce(cases.language, case_reasons.language) as language,
        coalesce(orders.store_key, case_reasons.store_key) as store_key,
        {{ business_date('cases.opened_at', 'settings.default_time_zone') }} as day_date
    from cases
    cross join settings
    left join case_reasons
        on cases.case_key = case_reasons.case_key
    left join orders
        on cases.order_key = orders.order_key
    where coalesce(cases.contact_reason_slug, case_reasons.contact_reason_slug) is not null
),

last_orders as (
    select
        contacts.case_key,
        max_by(
            order_lines.order_key,
            {{ sort_key(['order_lines.ordered_at', 'order_lines.order_key']) }}
        ) as order_key
    from contacts
    cross join bought_days
    inner join order_lines
        on
            contacts.customer_key = order_lines.customer_key
            and order_lines.is_purchase
            and contacts.opened_at >= order_lines.ordered_at
            and order_lines.ordered_at
            > contacts.opened_at - {{ duration_of('bought_days.day_count', 'day') }}
    group by contacts.case_key
),

-- Only half of the contacts name a product: the only one of the order, else one that the words
-- name, else those of the order, else what was bought last.
case_products as (
    select
        contacts.case_key,
        orders.only_product_key as product_key,
        1 as priority
    from contacts
    inner join orders
        on contacts.order_key = orders.order_key
    where orders.only_product_key is not null

    union all

    select
        case_key,
        product_key,
        2 as priority
    from text_reasons
    where product_key is not null

    union all

    select
        contacts.case_key,
        order_lines.product_key,
        3 as priority
    from contacts
    inner join order_lines
        on contacts.order_key = order_lines.order_key

    union all

    select
        last_orders.case_key,
        order_lines.product_key,
        4 as priority
    from last_orders
    inner join order_lines
        on last_orders.order_key = order_lines.order_key
),

first_products as (
    select
        case_key,
        min(priority) as priority
    from case_products
    group by case_key
),

counted as (
    select
        'contact_reason' as count_of,
        contacts.topic,
        contacts.customer_key,
        contacts.source_name,
        contacts.day_date,
        contacts.language,
        case_products.product_key,
        contacts.store_key,
        cast(null as varchar) as page
    from contacts
    left join first_products
        on contacts.case_key = first_products.case_key
    left join case_products
        on
            first_products.case_key = case_products.case_key
            and first_products.priority = case_products.priority

    union all

    select
        'error' as count_of,
        touchpoints.touchpoint_type_slug as topic,
        touchpoints.customer_key,
        touchpoints.source_name,
        touchpoints.occurred_date as day_date,
        touchpoints.language,
        touchpoints.product_key,
        touchpoints.store_key,
        pages.page
    from touchpoints
    left join pages
        on touchpoints.touchpoint_key = pages.touchpoint_key
    where touchpoints.touchpoint_type_slug in ('error_shown', 'rage_clicked', 'self_service_failed')

    union all

    select
        'low_score' as count_of,
        program_slug || ' ' || metric_slug as topic,
        customer_key,
        source_name,
        answered_date as day_date,
        language,
        product_key,
        cast(null as varchar) as store_key,
        cast(null as varchar) as page
    from answers
    where band in ('detractor', 'bottom') and answered_date is not null

    union all

    select
        'purchase' as count_of,
        'purchase' as topic,
        orders.customer_key,
        orders.source_name,
        orders.ordered_date as day_date,
        cast(null as varchar) as language,
        order_lines.product_key,
        orders.store_key,
        cast(null as varchar) as page
    from orders
    left join order_lines
        on orders.order_key = order_lines.order_key
    where orders.is_purchase

    union all

    select
        'sign_in' as count_of,
        'signed_in' as topic,
        customer_key,
        source_name,
        occurred_date as day_date,
        cast(null as varchar) as language,
        product_key,
        store_key,
        cast(null as varchar) as page
    from touchpoints
    where touchpoint_type_slug = 'signed_in'
),

members as (
    select
        rules.rule_slug,
        counted.topic,
        counted.customer_key,
        counted.source_name,
        counted.day_date,
        counted.language,
        case rules.area
            when 'none' then 'all'
            when 'product' then counted.product_key
            when 'store' then counted.store_key
            when 'page' then counted.page
        end as area_member
    from rules
    inner join counted
        on
            rules.count_of = counted.count_of
            or (rules.count_of = 'new_error' and counted.count_of = 'error')
)

select
    rule_slug,
    topic,
    area_member,
    customer_key,
    day_date,
    min(source_name) as source_name,
    min(language) as language
from members
where area_member is not null
group by
    rule_slug,
    topic,
    area_member,
    customer_key,
    day_date
