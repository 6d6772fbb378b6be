{# A window of the seed `kpi_windows` as an interval of elapsed seconds, for a query over that seed. #}
{% macro elapsed(setting, unit) -%}
    to_seconds(cast(
        max(case when setting = '{{ setting }}' then setting_value end)
        * {{ {'day': 86400, 'hour': 3600, 'second': 1}[unit] }} as bigint
    ))
{%- endmacro %}
