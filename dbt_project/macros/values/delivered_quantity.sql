{# The quantity in a delivered text. #}
{% macro delivered_quantity(column) -%}
    {{ delivered_number(column, 'quantity', 'decimal(18, 3)') }}
{%- endmacro %}
