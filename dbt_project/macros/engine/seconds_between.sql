{# Seconds from one time to another, with their fraction; dbt.datediff counts whole ones. #}
{% macro seconds_between(started_at, ended_at) -%}
    (epoch({{ ended_at }}) - epoch({{ started_at }}))
{%- endmacro %}
