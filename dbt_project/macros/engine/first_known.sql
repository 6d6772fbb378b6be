{# A window function, for `over`: the first value of the frame that is not null. #}
{% macro first_known(column) -%}
    first_value({{ column }} ignore nulls)
{%- endmacro %}
