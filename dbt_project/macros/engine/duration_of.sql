{# A number of seconds, minutes, hours or days of 24 hours as an interval, to the microsecond. #}
{% macro duration_of(amount, unit) -%}
    {%- set seconds = {'second': 1, 'minute': 60, 'hour': 3600, 'day': 86400}[unit] -%}
    to_microseconds(cast(({{ amount }}) * cast({{ seconds * 1000000 }} as bigint) as bigint))
{%- endmacro %}
