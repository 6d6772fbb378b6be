with source as (
    select * from {{ source('ledger', 'run_settings') }}
)

select
    setting,
    setting_value
from source
