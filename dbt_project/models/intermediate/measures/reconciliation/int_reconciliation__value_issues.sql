with listed_issues as (
    {{ staged_issues() }}
),

issues as (
    select
        source_name,
        table_name,
        view_name,
        split_part(issue, ': ', 1) as column_name,
        nullif(substr(issue, length(split_part(issue, ': ', 1)) + 3), '') as delivered_text,
        tagged_columns,
        _line,
        _load_id
    from listed_issues
)

select
    source_name,
    table_name,
    view_name,
    column_name,
    delivered_text,
    array_contains(tagged_columns, column_name) as is_tagged,
    case
        when delivered_text is null then 'contradictory'
        when
            {{ dbt.safe_cast('delivered_text', 'double') }} is not null
            or {{ dbt.safe_cast('delivered_text', 'timestamp') }} is not null
            then 'implausible'
        else 'unreadable'
    end as reason,
    _line,
    _load_id
from issues
