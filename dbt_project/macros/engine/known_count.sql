{# How many items of a list are not null. #}
{% macro known_count(items) -%}
    list_count({{ items }})
{%- endmacro %}
