{{ config(materialized='view') }}

with currency_rates as (
    select * from {{ ref('currency_rates') }}
),

settings as (
    select * from {{ ref('int_company__settings') }}
)

select
    currency_rates.from_currency as currency,
    currency_rates.rate as exchange_rate,
    currency_rates.valid_from,
    coalesce(
        lead(currency_rates.valid_from) over (
            partition by currency_rates.from_currency
            order by currency_rates.valid_from
        ),
        date '9999-12-31'
    ) as valid_until
from currency_rates
inner join settings
    on currency_rates.to_currency = settings.reporting_currency
where currency_rates.from_currency != settings.reporting_currency

union all

select
    reporting_currency as currency,
    cast(1 as decimal(18, 8)) as exchange_rate,
    date '0001-01-01' as valid_from,
    date '9999-12-31' as valid_until
from settings
