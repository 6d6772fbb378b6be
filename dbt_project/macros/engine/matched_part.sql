{# What the first group of a regular expression matches; empty where nothing does. #}
{% macro matched_part(column, pattern) -%}
    regexp_extract({{ column }}, '{{ pattern }}', 1)
{%- endmacro %}
