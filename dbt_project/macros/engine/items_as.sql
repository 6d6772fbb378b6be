{# What an expression on one item, called `item`, gives for each of a list. #}
{% macro items_as(items, item, expression) -%}
    list_transform({{ items }}, lambda {{ item }}: {{ expression }})
{%- endmacro %}
