{% macro greatest_item(items) -%}
    list_max({{ items }})
{%- endmacro %}
