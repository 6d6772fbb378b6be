{# A window function, for `over`: the last value of the frame that is not null. #}
{% macro last_known(column) -%}
    last_value({{ column }} ignore nulls)
{%- endmacro %}
