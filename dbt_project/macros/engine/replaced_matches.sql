{# A text, each match of a regular expression in it replaced by another text. #}
{% macro replaced_matches(column, pattern, replacement) -%}
    regexp_replace({{ column }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}
