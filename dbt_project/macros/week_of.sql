{# The number of the week of seven days since 1970 in which a time lies, so that a join compares
   weeks by equality. #}
{% macro week_of(column) -%}
    cast(floor({{ epoch_seconds(column) }} / 604800) as bigint)
{%- endmacro %}
