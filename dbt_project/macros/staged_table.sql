{# One row that compares a delivered table with the view that stages it. #}
{% macro staged_table(source_name, table_name, staging_model) -%}
select
    '{{ source_name }}' as source_name,
    '{{ table_name }}' as table_name,
    (select count(*) from {{ source(source_name, table_name) }}) as raw_row_count,
    count(*) as staged_row_count,
    count(*) filter (where len(_issues) > 0) as value_issue_row_count
from {{ ref(staging_model) }}
{%- endmacro %}
