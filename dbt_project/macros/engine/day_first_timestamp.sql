{# Such as `05.01.2026 10:15:00`, as the clock time that it tells. #}
{% macro day_first_timestamp(column, kind='time') -%}
    {{ plausible('try_strptime(' ~ column ~ ", '%d.%m.%Y %H:%M:%S')", kind) }}
{%- endmacro %}
