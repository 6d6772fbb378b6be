-- Distinct customers of each series in the windows that end with a day; days of nobody have no row.
with events as (
    select * from {{ ref('int_warnings__events') }}
),

observed_days as (
    select * from {{ ref('int_warnings__observed_days') }}
),

widths as (
    select distinct
        rule_slug,
        window_days
    from observed_days
),

windows as (
    select
        events.rule_slug,
        events.topic,
        events.area_member,
        events.customer_key,
        widths.window_days,
        cast({{ one_row_per(days_between(
            'cast(events.day_date as timestamp)',
            'cast(events.day_date + widths.window_days - 1 as timestamp)'
        )) }} as date) as day_date
    from events
    inner join widths
        on events.rule_slug = widths.rule_slug
),

counts as (
    select
        rule_slug,
        topic,
        area_member,
        day_date,
        window_days,
        count(distinct customer_key) as customer_count
    from windows
    group by
        rule_slug,
        topic,
        area_member,
        day_date,
        window_days
)

select
    counts.rule_slug,
    counts.topic,
    counts.area_member,
    counts.day_date,
    counts.window_days,
    counts.customer_count,
    observed_days.exposure
from counts
inner join observed_days
    on
        counts.rule_slug = observed_days.rule_slug
        and counts.topic = observed_days.topic
        and counts.day_date = observed_days.day_date
        and counts.window_days = observed_days.window_days
