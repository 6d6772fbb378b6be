{# The latest value that is known; of two at the same time, the greater, so that no order of arrival shows. #}
{% macro latest_value(column, at) -%}
    max_by({{ column }}, row({{ at }}, {{ column }})) filter (where {{ column }} is not null)
{%- endmacro %}
