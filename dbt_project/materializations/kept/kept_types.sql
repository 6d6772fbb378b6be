{# Names and types of the columns of a query. #}
{% macro kept_types(query) %}
    {%- set types = [] -%}
    {%- for row in run_query("select column_name, column_type from (describe " ~ query ~ ")").rows -%}
        {%- do types.append([row[0], row[1]]) -%}
    {%- endfor -%}
    {{ return(types) }}
{% endmacro %}
