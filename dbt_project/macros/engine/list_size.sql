{% macro list_size(items) -%}
    len({{ items }})
{%- endmacro %}
