{# One amount times another number, or null where the type cannot hold it. DuckDB multiplies decimals of 18 digits in 64 bits
   and stops at an overflow, which the eight places of a currency's rate reach early. #}
{% macro product_of(amount, factor, type='decimal(18, 2)') -%}
    try_cast(cast({{ amount }} as decimal(38, 6)) * {{ factor }} as {{ type }})
{%- endmacro %}
