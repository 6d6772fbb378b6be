{# Below so many rows a table costs less to make than to keep. #}
{% macro kept_minimum_rows() %}
    {%- set usual = env_var('THROUGHLINE_KEPT_MINIMUM_ROWS', '50000') | int -%}
    {{ return(config.get('minimum_rows', usual) | int) }}
{% endmacro %}
