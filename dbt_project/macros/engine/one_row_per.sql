{# In a select list: the row once for each item of a list, which is an expression or one per item. #}
{% macro one_row_per(items) -%}
    unnest({{ items if items is string else list_of(items) }})
{%- endmacro %}
