{# A date as eight digits, such as `20260105`. #}
{% macro compact_date(column) -%}
    strftime({{ column }}, '%Y%m%d')
{%- endmacro %}
