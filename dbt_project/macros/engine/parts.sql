{# The parts of a text that a separator parts, as a list. #}
{% macro parts(column, separator) -%}
    string_split({{ column }}, {{ separator }})
{%- endmacro %}
