with source as (
    select * from {{ source('ledger', 'unlanded_files') }}
)

select
    -- attributes
    source_name,
    entry_name,
    reason_code,
    is_overdue,

    -- timestamps
    first_seen_at,
    last_seen_at
from source
