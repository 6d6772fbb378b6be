-- What the company switched off stays listed. A source without a row in the seed is on.
with contracts as (
    {{ listed_sources() }}
),

company_sources as (
    select * from {{ ref('company_sources') }}
),

run_settings as (
    select * from {{ ref('stg_ledger__run_settings') }}
    where setting = 'sources'
)

select
    contracts.source_name,
    coalesce(company_sources.description, contracts.contract_description) as source_description,
    case
        when run_settings.setting_value is not null
            then array_contains(
                {{ words("replace(replace(run_settings.setting_value, ' ', ''), ',', ' ')") }},
                contracts.source_name
            )
        else coalesce(company_sources.is_enabled, true)
    end as is_enabled
from contracts
left join company_sources
    on contracts.source_name = company_sources.source_name
left join run_settings
    on true
