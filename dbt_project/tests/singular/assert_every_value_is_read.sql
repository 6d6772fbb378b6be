-- A new word of a source (a tier, a status, a kind of event), or a value that cannot be, is listed,
-- not lost, and stops nothing: somebody adds the word to its list, or asks the source.
{{ config(severity='warn', meta={'tells_rows': true}) }}

select
    source_name,
    table_name,
    column_name,
    reason,
    sample_value,
    issue_count
from {{ ref('value_issues') }}
