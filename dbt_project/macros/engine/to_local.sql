{# A UTC time as the clocks of a zone show it. #}
{% macro to_local(column, time_zone) -%}
    timezone({{ time_zone }}, timezone('UTC', {{ column }}))
{%- endmacro %}
