{# In a select list: the row once for each place of several lists, an item of each as a column of its name. #}
{% macro one_row_per_place(items_by_column) -%}
    {%- for column, items in items_by_column.items() -%}
        {{ one_row_per(items) }} as {{ column }}{{ ", " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
