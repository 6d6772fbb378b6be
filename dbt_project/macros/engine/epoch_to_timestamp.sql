{# Seconds since 1970 as text become UTC; what is no such number, or too large for a time, is null. #}
{% macro epoch_to_timestamp(column) -%}
    try(make_timestamp(try_cast({{ column }} as bigint) * 1000000))
{%- endmacro %}
