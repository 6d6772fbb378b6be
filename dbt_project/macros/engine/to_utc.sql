{# Local clock time of a zone as UTC; in the hour that a clock shows twice, the second. #}
{% macro to_utc(column, time_zone) -%}
    timezone('UTC', timezone({{ time_zone }}, {{ column }}))
{%- endmacro %}
