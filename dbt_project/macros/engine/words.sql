{# The words of a text that one space parts, as a list. #}
{% macro words(column) -%}
    string_split({{ column }}, ' ')
{%- endmacro %}
