{# The day that a place with this time zone calls it when it is `column` in UTC. #}
{% macro business_date(column, time_zone) -%}
    cast(timezone({{ time_zone }}, timezone('UTC', {{ column }})) as date)
{%- endmacro %}
