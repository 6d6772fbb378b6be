{# Every value that a staging view could not read, each with the row that it came in. #}
{% macro staged_issues() %}
    {%- set lists = [] -%}
    {%- for source_name, source in source_list().items() -%}
        {%- for table_name, table in source.tables.items() -%}
            {%- for view in table.views_with_issues -%}
                {%- do lists.append(issues_of_view(source_name, table_name, table, view)) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ lists | join('\n    union all\n') }}
{%- endmacro %}
