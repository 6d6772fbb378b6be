{# How many times a whole number goes into another. #}
{% macro whole_quotient(dividend, divisor) -%}
    (({{ dividend }}) // {{ divisor }})
{%- endmacro %}
