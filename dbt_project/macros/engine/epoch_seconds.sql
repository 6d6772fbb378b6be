{# Seconds since 1970, with their fraction. #}
{% macro epoch_seconds(column) -%}
    epoch({{ column }})
{%- endmacro %}
