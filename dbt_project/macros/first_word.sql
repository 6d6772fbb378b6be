{# The first of several given names: sources differ in how many of them they keep. #}
{% macro first_word(column) -%}
    regexp_extract(trim({{ column }}), '^[^\s\-]+')
{%- endmacro %}
