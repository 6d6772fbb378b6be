{# The item at a place, counted from 1; null beyond the end. #}
{% macro list_item(items, place) -%}
    {{ items }}[{{ place }}]
{%- endmacro %}
