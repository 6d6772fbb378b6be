{# The amount of money in a delivered text. #}
{% macro delivered_amount(column, type='decimal(18, 4)') -%}
    {{ delivered_number(column, 'money', type) }}
{%- endmacro %}
