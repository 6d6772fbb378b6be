{{ config(materialized='view') }}

-- The page of a web event as it may be shown: its first two parts, if they are words and enough
-- customers saw it; else its first part. An id or a name in a path is of one person.
with web_events as (
    select * from {{ ref('int_web__events') }}
    where page_path is not null and not is_bot
),

touchpoints as (
    select
        touchpoint_key,
        customer_key
    from {{ ref('int_touchpoints__all') }}
    where customer_key is not null
),

minimums as (
    select max(setting_value) as minimum_customers
    from {{ ref('identity_settings') }}
    where setting = 'minimum_customers_per_public_cell'
),

parts as (
    select
        web_events.touchpoint_key,
        touchpoints.customer_key,
        {{ page_words('web_events.page_path', 2) }} as page,
        {{ page_words('web_events.page_path', 1) }} as section
    from web_events
    inner join touchpoints
        on web_events.touchpoint_key = touchpoints.touchpoint_key
),

known_pages as (
    select page
    from parts
    group by page
    having count(distinct customer_key) >= (select minimums.minimum_customers from minimums)
),

known_sections as (
    select section
    from parts
    group by section
    having count(distinct customer_key) >= (select minimums.minimum_customers from minimums)
)

select
    parts.touchpoint_key,
    parts.customer_key,
    coalesce(known_pages.page, known_sections.section) as page
from parts
left join known_pages
    on parts.page = known_pages.page
left join known_sections
    on parts.section = known_sections.section
where coalesce(known_pages.page, known_sections.section, '') != ''
