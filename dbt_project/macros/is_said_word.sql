{# Whether a word is one: a code has letters and few digits, more digits are somebody's number. #}
{% macro is_said_word(column) -%}
    {{ matched_part(column, '(\\p{L})') }} != '' and {{ matched_part(column, '([0-9]{4})') }} = ''
{%- endmacro %}
