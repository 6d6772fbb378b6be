{# Seconds since 1970, or in an interval, with their fraction. #}
{% macro epoch_seconds(column) -%}
    epoch({{ column }})
{%- endmacro %}
