{{ config(materialized='view') }}

-- What exposes whom, whether anything is wrong with it or not: who bought, waits, visited, saw.
-- A wait lasts until the delivery; the others are over at once.
with exposure_rules as (
    select * from {{ ref('exposure_rules') }}
),

order_lines as (
    select * from {{ ref('int_orders__order_lines') }}
    where is_purchase and customer_key is not null and product_key is not null
),

orders as (
    select * from {{ ref('int_orders__orders') }}
    where is_purchase and customer_key is not null
),

touchpoints as (
    select * from {{ ref('int_touchpoints__all') }}
    where customer_key is not null and not is_bot
),

pages as (
    select * from {{ ref('int_warnings__pages') }}
),

exposures as (
    select
        'product' as area,
        'bought' as exposed_by,
        product_key as area_member,
        customer_key,
        ordered_date as exposed_date,
        ordered_date as until_date
    from order_lines

    union all

    select
        'product' as area,
        'waits' as exposed_by,
        order_lines.product_key as area_member,
        order_lines.customer_key,
        order_lines.ordered_date as exposed_date,
        cast(coalesce(orders.delivered_at, timestamp '9999-12-31') as date) as until_date
    from order_lines
    inner join orders
        on order_lines.order_key = orders.order_key
    where orders.promised_at is not null

    union all

    select
        'store' as area,
        'bought' as exposed_by,
        store_key as area_member,
        customer_key,
        ordered_date as exposed_date,
        ordered_date as until_date
    from orders
    where store_key is not null

    union all

    select
        'store' as area,
        'visited' as exposed_by,
        store_key as area_member,
        customer_key,
        occurred_date as exposed_date,
        occurred_date as until_date
    from touchpoints
    where touchpoint_type_slug = 'store_visited' and store_key is not null

    union all

    select
        'page' as area,
        'saw' as exposed_by,
        pages.page as area_member,
        touchpoints.customer_key,
        touchpoints.occurred_date as exposed_date,
        touchpoints.occurred_date as until_date
    from touchpoints
    inner join pages
        on touchpoints.touchpoint_key = pages.touchpoint_key

    union all

    select
        'page' as area,
        'met_error' as exposed_by,
        pages.page as area_member,
        touchpoints.customer_key,
        touchpoints.occurred_date as exposed_date,
        touchpoints.occurred_date as until_date
    from touchpoints
    inner join pages
        on touchpoints.touchpoint_key = pages.touchpoint_key
    where touchpoints.touchpoint_type_slug in ('error_shown', 'rage_clicked')
)

select
    exposures.area,
    exposures.exposed_by,
    exposures.area_member,
    exposures.customer_key,
    exposures.exposed_date,
    exposures.until_date,
    exposure_rules.days
from exposures
inner join exposure_rules
    on
        exposures.area = exposure_rules.area
        and exposures.exposed_by = exposure_rules.exposed_by
