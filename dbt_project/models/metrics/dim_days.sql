-- Whole years, so that a report of a year finds all of its days; bounded, so that one odd date of a
-- source makes no million of them.
with daily_kpis as (
    select * from {{ ref('agg_kpis_daily') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints__all') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
),

all_holidays as (
    select * from {{ ref('holidays') }}
),

dated as (
    select
        min(anchor_date) as first_date,
        max(anchor_date) as last_date
    from daily_kpis
    union all
    select
        min(occurred_date) as first_date,
        max(occurred_date) as last_date
    from touchpoints
    union all
    select
        cast(as_of as date) as first_date,
        cast(as_of as date) as last_date
    from settings
),

spanned as (
    select
        greatest(
            min(dated.first_date),
            cast({{ dbt.dateadd('year', -20, 'max(settings.as_of)') }} as date)
        ) as first_date,
        least(
            max(dated.last_date),
            cast({{ dbt.dateadd('year', 1, 'max(settings.as_of)') }} as date)
        ) as last_date
    from dated
    cross join settings
),

days as (
    select
        cast(
            {{ one_row_per(days_between(
                "date_trunc('year', first_date)",
                dbt.dateadd('day', -1, dbt.dateadd('year', 1, "date_trunc('year', last_date)"))
            )) }} as date
        ) as day_date
    from spanned
),

fiscal_days as (
    select
        days.day_date,
        settings.default_country,
        settings.as_of,
        {{ fiscal_month('days.day_date', 'settings.fiscal_year_first_month') }} as fiscal_month_date
    from days
    cross join settings
),

holidays as (
    select
        all_holidays.holiday_date,
        max(
            case
                when all_holidays.country_code = settings.default_country
                    then all_holidays.holiday_name
            end
        ) as holiday_name,
        {{ dbt.listagg(
            'all_holidays.country_code', "' '", 'order by all_holidays.country_code'
        ) }} as holiday_countries
    from all_holidays
    cross join settings
    group by all_holidays.holiday_date
)

select
    fiscal_days.day_date,
    cast(date_trunc('week', fiscal_days.day_date) as date) as week_start_date,
    cast(date_trunc('month', fiscal_days.day_date) as date) as month_start_date,
    cast(date_trunc('quarter', fiscal_days.day_date) as date) as quarter_start_date,
    cast(date_trunc('year', fiscal_days.day_date) as date) as year_start_date,
    cast({{ weekday_number('fiscal_days.day_date') }} as bigint) as weekday_number,
    case {{ weekday_number('fiscal_days.day_date') }}
        when 1 then 'Monday'
        when 2 then 'Tuesday'
        when 3 then 'Wednesday'
        when 4 then 'Thursday'
        when 5 then 'Friday'
        when 6 then 'Saturday'
        else 'Sunday'
    end as weekday_name,
    {{ weekday_number('fiscal_days.day_date') }} in (6, 7) as is_weekend,
    holidays.holiday_name is not null as is_holiday,
    holidays.holiday_name,
    holidays.holiday_countries,
    extract(year from fiscal_days.fiscal_month_date) as fiscal_year,
    extract(quarter from fiscal_days.fiscal_month_date) as fiscal_quarter,
    extract(month from fiscal_days.fiscal_month_date) as fiscal_month,
    fiscal_days.day_date < cast(fiscal_days.as_of as date) as is_complete_day
from fiscal_days
left join holidays
    on fiscal_days.day_date = holidays.holiday_date
