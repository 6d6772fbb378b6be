{# The day in a delivered text. #}
{% macro delivered_date(column, kind='date') -%}
    {{ plausible('try_cast(' ~ column ~ ' as date)', kind) }}
{%- endmacro %}
