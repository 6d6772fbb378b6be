{% macro ends_in(column, ending) -%}
    ends_with({{ column }}, {{ ending }})
{%- endmacro %}
