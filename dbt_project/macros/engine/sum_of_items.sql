{% macro sum_of_items(items) -%}
    list_sum({{ items }})
{%- endmacro %}
