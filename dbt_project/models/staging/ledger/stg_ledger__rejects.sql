-- The refused text is personal data: it stays in the ledger, for the people who may read it there.
with source as (
    select * from {{ source('ledger', 'rejects') }}
)

select
    -- keys
    load_id,

    -- attributes
    source_name,
    table_name,
    reason_code,
    line_number,

    -- measures
    line_count as reject_line_count
from source
