{# One column of a shape as a branch shows it, or what stands for it where the branch does not. #}
{% macro column_of_branch(column, given) -%}
    cast({{
        column.name if column.name in given else column.meta.get('default', 'null')
    }} as {{ column.data_type }})
{%- endmacro %}
