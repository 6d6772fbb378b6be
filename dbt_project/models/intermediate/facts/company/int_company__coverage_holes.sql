-- Where a source delivers a file a day, a weekday on which it does so as a rule, and enough, is a
-- hole when nothing came; a public holiday is none.
with coverage as (
    select * from {{ ref('int_company__source_coverage') }}
),

source_days as (
    select * from {{ ref('int_company__source_days') }}
    where file_count > 0
),

holidays as (
    select holiday_date
    from {{ ref('holidays') }}
    group by holiday_date
),

settings as (
    select
        max(setting_value) filter (where setting = 'daily_file_share') as file_share,
        max(setting_value) filter (where setting = 'daily_file_rows') as file_rows,
        max(setting_value) filter (where setting = 'daily_file_weekdays') as week_days
    from {{ ref('coverage_settings') }}
),

file_spans as (
    select
        source_name,
        min(day_date) as first_file_date,
        max(day_date) as last_file_date
    from source_days
    group by source_name
),

-- Days of a history that the first file brought along have no file of their own.
expected_days as (
    select
        source_name,
        cast({{ one_row_per(days_between('first_file_date', 'last_file_date')) }} as date)
            as day_date
    from file_spans
),

delivered_days as (
    select
        expected_days.source_name,
        expected_days.day_date,
        {{ weekday_number('expected_days.day_date') }} as weekday_number,
        source_days.file_count is not null as is_delivered,
        -- The first file may have brought a history along: it tells nothing of a day.
        case
            when expected_days.day_date > file_spans.first_file_date then source_days.row_count
        end as row_count
    from expected_days
    inner join file_spans
        on expected_days.source_name = file_spans.source_name
    left join source_days
        on
            expected_days.source_name = source_days.source_name
            and expected_days.day_date = source_days.day_date
),

rhythms as (
    select
        source_name,
        weekday_number,
        avg(case when is_delivered then 1.0 else 0.0 end) as delivered_share,
        avg(row_count) as mean_row_count
    from delivered_days
    group by
        source_name,
        weekday_number
),

-- The days of the week on which it delivers at all are most of the week.
daily_sources as (
    select rhythms.source_name
    from rhythms
    cross join settings
    group by rhythms.source_name
    having
        count(*) filter (where rhythms.delivered_share >= settings.file_share)
        >= max(settings.week_days)
)

select
    delivered_days.source_name,
    delivered_days.day_date
from delivered_days
cross join settings
inner join rhythms
    on
        delivered_days.source_name = rhythms.source_name
        and delivered_days.weekday_number = rhythms.weekday_number
inner join daily_sources
    on delivered_days.source_name = daily_sources.source_name
inner join coverage
    on
        delivered_days.source_name = coverage.source_name
        and cast(delivered_days.day_date as timestamp) >= coverage.covered_from
        and cast(delivered_days.day_date as timestamp) < coverage.covered_until
left join holidays
    on delivered_days.day_date = holidays.holiday_date
where
    not delivered_days.is_delivered
    and rhythms.delivered_share >= settings.file_share
    and rhythms.mean_row_count >= settings.file_rows
    and holidays.holiday_date is null
