{# dbt-duckdb leaves dbt.safe_cast at a plain cast, which fails the run on the first bad value. #}
{% macro duckdb__safe_cast(field, type) -%}
    try_cast({{ field }} as {{ type }})
{%- endmacro %}
