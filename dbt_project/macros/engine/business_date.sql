{# The day that a place with this time zone calls it when it is `column` in UTC. #}
{% macro business_date(column, time_zone) -%}
    cast({{ to_local(column, time_zone) }} as date)
{%- endmacro %}
