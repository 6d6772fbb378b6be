with source as (
    select * from {{ source('ledger', 'loads') }}
)

select
    -- keys
    load_id,
    superseded_by as superseded_by_load_id,

    -- attributes
    source_name,
    table_name,
    file_name,
    content_hash,
    counted_unit,
    contract_version,

    -- measures
    lines as line_count,
    header_lines as header_line_count,
    blank_lines as blank_line_count,
    row_lines as row_line_count,
    loaded_rows as loaded_row_count,
    reject_lines as reject_line_count,
    rejected_rows as rejected_row_count,
    -- Before there was a suppression list nothing was left out.
    coalesce(erased_lines, 0) as erased_line_count,
    coalesce(erased_rows, 0) as erased_row_count,

    -- flags
    superseded_by is null as is_current,

    -- timestamps
    -- A name can state any day of any year, and it must not become the clock of all figures.
    {{ plausible('file_date', 'time') }} as file_date,
    committed_at
from source
