{# Such as `Mon, 05 Jan 2026 10:15:00 +0100`, as a timestamp in UTC. #}
{% macro rfc_2822_timestamp(column, kind='time') -%}
    {{ plausible(
        "timezone('UTC', try_strptime(" ~ column ~ ", '%a, %d %b %Y %H:%M:%S %z'))", kind
    ) }}
{%- endmacro %}
