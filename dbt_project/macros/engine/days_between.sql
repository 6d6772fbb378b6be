{# Every midnight, or every so manieth, from one date to another, as a list of timestamps. #}
{% macro days_between(first_date, last_date, step=1) -%}
    generate_series({{ first_date }}, {{ last_date }}, interval '{{ step }} day')
{%- endmacro %}
