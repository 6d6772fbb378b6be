with company_settings as (
    select * from {{ ref('company_settings') }}
),

run_settings as (
    select * from {{ ref('stg_ledger__run_settings') }}
),

loads as (
    select * from {{ ref('stg_ledger__loads') }}
),

effective_settings as (
    select
        company_settings.setting,
        coalesce(run_settings.setting_value, company_settings.setting_value) as setting_value,
        run_settings.setting_value is not null as is_of_run
    from company_settings
    left join run_settings
        on company_settings.setting = run_settings.setting
),

-- A company that a run names otherwise is another one: what work costs it must say itself.
companies as (
    select
        coalesce(
            bool_or(company_settings.setting_value != effective_settings.setting_value), false
        ) as is_another
    from company_settings
    inner join effective_settings
        on company_settings.setting = effective_settings.setting
    where company_settings.setting = 'company_name'
),

-- A file bears the day that it completes. Where no file does, the days before the last landing are
-- complete; while nothing is delivered, `as_of` is 1970-01-01.
delivered_until as (
    select
        coalesce(max(file_date) + 1, max(cast(committed_at as date)), date '1970-01-01')
            as first_undelivered_date
    from loads
)

select
    max(case when setting = 'company_name' then setting_value end) as company_name,
    max(case when setting = 'reporting_currency' then setting_value end) as reporting_currency,
    max(case when setting = 'default_time_zone' then setting_value end) as default_time_zone,
    max(case when setting = 'default_country' then setting_value end) as default_country,
    max(
        case
            when
                setting = 'handling_cost_per_hour'
                and (is_of_run or not (select companies.is_another from companies))
                then cast(setting_value as double)
        end
    ) as handling_cost_per_hour,
    max(case when setting = 'handling_cost_currency' then setting_value end)
        as handling_cost_currency,
    max(case when setting = 'session_timeout_minutes' then cast(setting_value as double) end)
        as session_timeout_minutes,
    coalesce(
        max(
            case
                when setting = 'fiscal_year_first_month' then cast(setting_value as integer)
            end
        ),
        1
    ) as fiscal_year_first_month,
    coalesce(
        (
            select cast(run_settings.setting_value as timestamp)
            from run_settings
            where run_settings.setting = 'as_of'
        ),
        (select cast(delivered_until.first_undelivered_date as timestamp) from delivered_until)
    ) as as_of
from effective_settings
