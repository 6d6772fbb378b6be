{# 1 for Monday to 7 for Sunday. #}
{% macro weekday_number(column) -%}
    isodow({{ column }})
{%- endmacro %}
