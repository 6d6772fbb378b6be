{# The money of one staged table, by currency. #}
{% macro staged_table_money(source_name, table) %}
    select
        '{{ source_name }}' as source_name,
        {{ table.currency }} as currency,
        '{{ table.staged_by }}' as view_name,
        '{{ table.amount }}' as column_name,
        count({{ table.amount }}) as amount_count,
        sum({{ table.amount }}) as amount
    from {{ ref(table.staged_by) }}
    group by {{ table.currency }}
{%- endmacro %}
