{# Amounts are rounded to the cent once, here, so that all sums of them agree. #}
{% macro reporting_amount(amount, exchange_rate) -%}
    cast(round(({{ amount }}) * {{ exchange_rate }}, 2) as decimal(18, 2))
{%- endmacro %}
