{# The fields of a JSON text as a struct, shaped as `shape` says; what is absent is null. #}
{% macro json_fields(column, shape) -%}
    json_transform({{ column }}, '{{ shape | tojson }}')
{%- endmacro %}
