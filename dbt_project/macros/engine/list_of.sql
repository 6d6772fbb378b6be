{% macro list_of(items) -%}
    [{{ items | join(', ') }}]
{%- endmacro %}
