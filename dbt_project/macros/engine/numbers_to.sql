{# The list of whole numbers from 1; empty below 1. #}
{% macro numbers_to(last_number) -%}
    range(1, {{ last_number }} + 1)
{%- endmacro %}
