{# One row per delivered table that a view stages row for row. #}
{% macro staged_tables() %}
    {%- set comparisons = [] -%}
    {%- for source_name, source in source_list().items() -%}
        {%- for table_name, table in source.tables.items() if table.staged_by -%}
            {%- do comparisons.append(staged_table(source_name, table_name, table)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ comparisons | join('\n    union all\n') }}
{%- endmacro %}
