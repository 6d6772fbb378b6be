-- A table: it reads every staging view once for those who only want the counts.
with staged_tables as (
    {{ staged_tables() }}
)

select
    source_name,
    table_name,
    raw_row_count,
    record_count,
    staged_row_count,
    -- A later version of a record replaces the earlier ones, where its view does not keep them all.
    raw_row_count - case
        when keeps_versions then greatest(staged_row_count, record_count)
        else record_count
    end as superseded_row_count
from staged_tables
