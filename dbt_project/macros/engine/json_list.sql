{# Every value that a path with `[*]` meets in a JSON text. #}
{% macro json_list(column, path) -%}
    json_extract({{ column }}, '{{ path }}')
{%- endmacro %}
