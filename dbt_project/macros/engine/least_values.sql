{# An aggregate: so many least values of a group as an ascending list, fewer where there are not so
   many. Nothing is sorted for it. #}
{% macro least_values(value, value_count) -%}
    min({{ value }}, {{ value_count }})
{%- endmacro %}
