{# The amount of money in a delivered text. #}
{% macro delivered_amount(column, type='decimal(18, 2)') -%}
    {{ delivered_number(column, 'money', type) }}
{%- endmacro %}
