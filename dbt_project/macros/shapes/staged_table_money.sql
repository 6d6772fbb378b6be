{# The money of one staged table, by currency. #}
{% macro staged_table_money(source_name, table) %}
    select
        '{{ source_name }}' as source_name,
        {{ table.currency }} as currency,
        sum({{ table.amount }}) as amount
    from {{ ref(table.staged_by) }}
    group by {{ table.currency }}
{%- endmacro %}
