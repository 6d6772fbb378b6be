{# One row that compares a delivered table with the view that stages it, by the key of its contract. #}
{% macro staged_table(source_name, table_name, table) %}
    select
        '{{ source_name }}' as source_name,
        '{{ table_name }}' as table_name,
        {{ table.keeps_versions }} as keeps_versions,
        (select count(*) from {{ source(source_name, table_name) }}) as raw_row_count,
        (
            select count(distinct {{ delivered_key(table) }})
            from {{ source(source_name, table_name) }}
        ) as record_count,
        count(*) as staged_row_count
    from {{ ref(table.staged_by) }}
{%- endmacro %}
