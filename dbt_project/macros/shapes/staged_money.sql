{# The money of every source that has orders, by currency, as its staging views hold it. #}
{% macro staged_money() %}
    {%- set sums = [] -%}
    {%- for source_name, source in source_list().items() -%}
        {%- for table in source.tables.values() if table.amount -%}
            {%- do sums.append(staged_table_money(source_name, table)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ sums | join('\n    union all\n') }}
{%- endmacro %}
