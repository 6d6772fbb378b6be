{% macro least_item(items) -%}
    list_min({{ items }})
{%- endmacro %}
