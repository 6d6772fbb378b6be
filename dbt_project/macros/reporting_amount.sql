{# Rounded to the cent once, here, so that whoever adds amounts up gets one sum. #}
{% macro reporting_amount(amount, exchange_rate) -%}
    cast(round({{ amount }} * {{ exchange_rate }}, 2) as decimal(18, 2))
{%- endmacro %}
