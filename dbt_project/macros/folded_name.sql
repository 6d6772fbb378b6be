{% macro folded_name(column) -%}
    nullif(regexp_replace({{ latin_letters(column) }}, '[^\p{L}]', '', 'g'), '')
{%- endmacro %}
