-- The days on which a rule could count, up to the last whole one, and how many could be counted:
-- from when all its sources are covered until the last of them ends; of a fall until the first.
with rules as (
    select * from {{ ref('warning_rules') }}
),

events as (
    select * from {{ ref('int_warnings__events') }}
),

source_coverage as (
    select * from {{ ref('int_company__source_coverage') }}
),

coverage_holes as (
    select * from {{ ref('int_company__coverage_holes') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

holidays as (
    select holidays.holiday_date
    from {{ ref('holidays') }} as holidays
    inner join settings
        on holidays.country_code = settings.default_country
),

touchpoints as (
    select * from {{ ref('int_touchpoints__all') }}
    where customer_key is not null and not is_bot
),

answers as (
    select * from {{ ref('int_feedback__counted_answers') }}
    where is_valid and excluded_reason is null and customer_key is not null
),

rule_windows as (
    select
        rule_slug,
        count_of,
        direction,
        exposure,
        cast(window_day as integer) as window_days
    from (
        select
            rules.*,
            {{ one_row_per(words('rules.window_days')) }} as window_day
        from rules
    ) as words
),

rule_sources as (
    select distinct
        rule_slug,
        source_name
    from events
),

spans as (
    select
        rule_sources.rule_slug,
        cast(max(source_coverage.covered_from) as date) as covered_from,
        cast(min(source_coverage.covered_until) as date) as first_until,
        cast(max(source_coverage.covered_until) as date) as last_until
    from rule_sources
    inner join source_coverage
        on rule_sources.source_name = source_coverage.source_name
    group by rule_sources.rule_slug
),

topics as (
    select distinct
        rule_slug,
        topic
    from events
),

spanned_windows as (
    select
        rule_windows.*,
        spans.covered_from,
        least(
            case
                when rule_windows.direction = 'rise' then spans.last_until
                else spans.first_until
            end,
            cast(settings.as_of as date) - 1
        ) as covered_until
    from rule_windows
    cross join settings
    inner join spans
        on rule_windows.rule_slug = spans.rule_slug
),

rule_days as (
    select
        rule_windows.rule_slug,
        rule_windows.count_of,
        rule_windows.exposure as exposure_kind,
        rule_windows.window_days,
        rule_windows.covered_from,
        cast({{ one_row_per(days_between(
            'cast(rule_windows.covered_from as timestamp)',
            'cast(rule_windows.covered_until as timestamp)'
        )) }} as date) as day_date
    from spanned_windows as rule_windows
),

hole_days as (
    select distinct
        rule_sources.rule_slug,
        coverage_holes.day_date
    from rule_sources
    inner join coverage_holes
        on rule_sources.source_name = coverage_holes.source_name
),

holed_windows as (
    select distinct
        rule_days.rule_slug,
        rule_days.window_days,
        rule_days.day_date
    from rule_days
    inner join hole_days
        on
            rule_days.rule_slug = hole_days.rule_slug
            and hole_days.day_date > rule_days.day_date - rule_days.window_days
            and rule_days.day_date >= hole_days.day_date
),

active_days as (
    select distinct
        'error' as count_of,
        cast(null as varchar) as topic,
        customer_key,
        occurred_date as day_date
    from touchpoints
    where channel_slug in ('web', 'app') and direction = 'inbound'

    union

    select
        'low_score' as count_of,
        program_slug || ' ' || metric_slug as topic,
        customer_key,
        answered_date as day_date
    from answers
    where answered_date is not null
),

widths as (
    select distinct window_days
    from rule_windows
    where exposure = 'active_customers'
),

active_windows as (
    select
        active_days.count_of,
        active_days.topic,
        active_days.customer_key,
        widths.window_days,
        cast({{ one_row_per(days_between(
            'cast(active_days.day_date as timestamp)',
            'cast(active_days.day_date + widths.window_days - 1 as timestamp)'
        )) }} as date) as day_date
    from active_days
    cross join widths
),

active_counts as (
    select
        count_of,
        topic,
        window_days,
        day_date,
        count(distinct customer_key) as customer_count
    from active_windows
    group by
        count_of,
        topic,
        window_days,
        day_date
)

select
    rule_days.rule_slug,
    topics.topic,
    rule_days.day_date,
    rule_days.window_days,
    cast(
        case
            when rule_days.exposure_kind = 'none' then 1
            else coalesce(active_counts.customer_count, 0)
        end as double
    ) as exposure,
    holidays.holiday_date is not null as is_holiday
from rule_days
inner join topics
    on rule_days.rule_slug = topics.rule_slug
left join holed_windows
    on
        rule_days.rule_slug = holed_windows.rule_slug
        and rule_days.window_days = holed_windows.window_days
        and rule_days.day_date = holed_windows.day_date
left join active_counts
    on
        rule_days.exposure_kind = 'active_customers'
        and rule_days.count_of = active_counts.count_of
        and rule_days.window_days = active_counts.window_days
        and rule_days.day_date = active_counts.day_date
        and topics.topic = coalesce(active_counts.topic, topics.topic)
left join holidays
    on rule_days.day_date = holidays.holiday_date
where
    holed_windows.day_date is null
    -- A window that began before the rule could count is none.
    and rule_days.day_date >= rule_days.covered_from + rule_days.window_days - 1
