{# Several columns as one value that is ordered by the first, then the second: of what is equal by
   the first, `min_by` and `max_by` take the same row in every run. #}
{% macro sort_key(columns) -%}
    row({{ columns | join(', ') }})
{%- endmacro %}
