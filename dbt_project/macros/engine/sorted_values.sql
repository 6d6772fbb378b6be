{# An aggregate: the values of a group as a sorted list. Not for columns with nulls, which engines treat differently. #}
{% macro sorted_values(column, condition=none) -%}
    list_sort(list({{ column }}){% if condition %} filter (where {{ condition }}){% endif %})
{%- endmacro %}
