{# Hours and minutes such as `09:30`, as the interval since midnight. #}
{% macro time_of_day(column) -%}
    cast({{ column }} || ':00' as interval)
{%- endmacro %}
