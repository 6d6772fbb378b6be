{# Text with an offset or a Z becomes UTC; a plain cast would drop the offset. #}
{% macro utc_timestamp(column, kind='time') -%}
    {{ plausible('(try_cast(' ~ column ~ " as timestamptz) at time zone 'UTC')", kind) }}
{%- endmacro %}
