{# The items of a list for which a condition on one of them, called `item`, is true. #}
{% macro items_where(items, item, condition) -%}
    list_filter({{ items }}, lambda {{ item }}: {{ condition }})
{%- endmacro %}
