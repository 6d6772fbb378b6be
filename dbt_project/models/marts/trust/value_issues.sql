-- The file and line of one example each: the exact text is read there, by those who may.
with issues as (
    select * from {{ ref('int_reconciliation__value_issues') }}
),

touchpoint_days as (
    select * from {{ ref('int_company__touchpoint_days') }}
    where day_date is null
),

loads as (
    select * from {{ ref('stg_ledger__loads') }}
),

-- What happened at no known time is in no story and in no KPI.
all_issues as (
    select
        source_name,
        table_name,
        column_name,
        reason,
        -- A text could be a name, and many digits a phone: the shape tells enough.
        case
            when
                not is_tagged
                and {{ replaced_matches('delivered_text', '[a-z_]', '') }} = ''
                then delivered_text
            when
                not is_tagged
                and {{ replaced_matches('delivered_text', '[0-9.,:TZW+/ -]', '') }} = ''
                and length({{ replaced_matches('delivered_text', '[^0-9]', '') }}) < 9
                then delivered_text
            else
                {{ shape_of_text('delivered_text') }}
        end as shown_text,
        _line as line_number,
        _load_id,
        1 as issue_count
    from issues

    union all

    select
        source_name,
        'touchpoints' as table_name,
        'occurred_at' as column_name,
        'no_time' as reason,
        cast(null as varchar) as shown_text,
        cast(null as bigint) as line_number,
        first_load_id as _load_id,
        touchpoint_count as issue_count
    from touchpoint_days
),

counted_issues as (
    select
        source_name,
        table_name,
        column_name,
        reason,
        sum(issue_count) as issue_count,
        min_by(
            {{ struct_of({
                'load_id': '_load_id', 'line_number': 'line_number', 'shown_text': 'shown_text'
            }) }},
            {{ sort_key(['_load_id', 'line_number', 'shown_text']) }}
        ) as example
    from all_issues
    group by
        source_name,
        table_name,
        column_name,
        reason
)

select
    {{ surrogate_key([
        'counted_issues.source_name', 'counted_issues.table_name', 'counted_issues.column_name',
        'counted_issues.reason'
    ]) }} as value_issue_key,
    counted_issues.source_name,
    counted_issues.table_name,
    counted_issues.column_name,
    counted_issues.reason,
    loads.file_name as sample_file_name,
    counted_issues.example['shown_text'] as sample_value,
    cast(counted_issues.issue_count as integer) as issue_count,
    cast(counted_issues.example['line_number'] as integer) as sample_line_number,
    loads.file_date as sample_file_date
from counted_issues
left join loads
    on counted_issues.example['load_id'] = loads.load_id
