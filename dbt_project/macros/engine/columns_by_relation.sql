{# The names of the columns of some relations, by the name of each; one query for all of them. #}
{% macro columns_by_relation(relations) %}
    {%- set columns, places = {}, [] -%}
    {%- for relation in relations -%}
        {%- do columns.update({relation.identifier: []}) -%}
        {%- do places.append("('" ~ relation.schema ~ "', '" ~ relation.identifier ~ "')") -%}
    {%- endfor -%}
    {%- for row in run_query(
        "select table_name, column_name from duckdb_columns()
        where (schema_name, table_name) in (" ~ places | join(', ') ~ ")"
    ) -%}
        {%- do columns[row[0]].append(row[1]) -%}
    {%- endfor -%}
    {{ return(columns) }}
{% endmacro %}
