with source as (
    select * from {{ source('ledger', 'deliveries') }}
)

select
    -- keys
    delivery_id,
    load_id,

    -- attributes
    source_name,
    table_name,
    file_name,
    content_hash,
    run_id,
    status as delivery_status,
    reason_code,
    reason,

    -- measures
    bytes as delivered_bytes,

    -- timestamps
    {{ plausible('file_date', 'time') }} as file_date,
    received_at
from source
