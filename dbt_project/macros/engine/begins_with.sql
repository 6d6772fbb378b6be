{% macro begins_with(column, beginning) -%}
    starts_with({{ column }}, {{ beginning }})
{%- endmacro %}
