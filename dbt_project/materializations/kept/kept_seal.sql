{# Whether a table is as `kept` left it under its last number. #}
{% macro kept_seal(relation, number) -%}
    exists(
        select 1
        from duckdb_tables() as tables
        where
            tables.database_name = '{{ relation.database }}'
            and tables.schema_name = '{{ relation.schema }}'
            and tables.table_name = '{{ relation.identifier }}'
            and tables.comment = 'kept ' || {{ number }}
    )
{%- endmacro %}
