{# Text of a path in a JSON column; a JSON null and an absent key are both null. #}
{% macro json_text(column, path) -%}
    json_extract_string({{ column }}, '{{ path }}')
{%- endmacro %}
