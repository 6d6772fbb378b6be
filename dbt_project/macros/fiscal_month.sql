{#
    The month of a date counted in fiscal years: the first month of the fiscal year that ends in 2027 is January 2027.
#}
{% macro fiscal_month(date_column, first_month) -%}
    cast(
        {{ dbt.dateadd('month', '(13 - ' ~ first_month ~ ') % 12', "date_trunc('month', " ~ date_column ~ ")") }} as date
    )
{%- endmacro %}
