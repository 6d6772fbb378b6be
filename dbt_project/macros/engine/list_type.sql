{% macro list_type(item_type) -%}
    {{ item_type }}[]
{%- endmacro %}
