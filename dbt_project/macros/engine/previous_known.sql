{# A window function, for `over`: the last value before this row that is not null. #}
{% macro previous_known(column) -%}
    lag({{ column }} ignore nulls)
{%- endmacro %}
