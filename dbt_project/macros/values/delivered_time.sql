{# The clock time in a delivered text without a zone. #}
{% macro delivered_time(column, kind='time') -%}
    {{ plausible('try_cast(' ~ column ~ ' as timestamp)', kind) }}
{%- endmacro %}
