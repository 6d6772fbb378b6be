{# Seconds since 1970 as text become UTC; what is no such number, or is in another unit, is null. #}
{% macro epoch_to_timestamp(column, kind='time') -%}
    {{ plausible('try(make_timestamp(try_cast(' ~ column ~ ' as bigint) * 1000000))', kind) }}
{%- endmacro %}
