-- One list of the rows and of the whole files that were refused, with the name of one such file.
-- What no table expects may be called anything, as a person is: the shape of its name tells enough.
with loads as (
    select * from {{ ref('stg_ledger__loads') }}
    where is_current
),

rejects as (
    select * from {{ ref('stg_ledger__rejects') }}
),

refused_files as (
    select * from {{ ref('int_company__refused_files') }}
),

refusals as (
    select
        loads.source_name,
        loads.table_name,
        loads.file_date,
        'row' as refused_unit,
        rejects.reason_code,
        loads.file_name as shown_file_name,
        rejects.reject_line_count as line_count
    from rejects
    inner join loads
        on rejects.load_id = loads.load_id

    union all

    select
        source_name,
        table_name,
        file_date,
        'file' as refused_unit,
        reason_code,
        case
            when table_name is null then {{ shape_of_text('file_name') }} else file_name
        end as shown_file_name,
        cast(null as bigint) as line_count
    from refused_files
)

select
    {{ surrogate_key(['source_name', 'table_name', 'file_date', 'refused_unit', 'reason_code']) }}
        as rejected_rows_key,
    source_name,
    table_name,
    refused_unit,
    reason_code,
    min(shown_file_name) as sample_file_name,
    cast(count(*) as integer) as refused_count,
    cast(coalesce(sum(line_count), 0) as integer) as line_count,
    file_date
from refusals
group by
    source_name,
    table_name,
    file_date,
    refused_unit,
    reason_code
