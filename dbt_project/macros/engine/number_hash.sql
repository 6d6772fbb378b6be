{# A 64-bit number for one or several values, cheaper to compare than text; for rows of one run only:
   another engine, or version, gives other numbers. #}
{% macro number_hash(columns) -%}
    hash({{ columns | join(', ') }})
{%- endmacro %}
