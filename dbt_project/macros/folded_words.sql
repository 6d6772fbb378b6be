{# Words without case, accents and punctuation, one space apart, so that the ways to write an address are equal. #}
{% macro folded_words(column) -%}
    nullif(trim(regexp_replace({{ latin_letters(column) }}, '[^\p{L}\p{N}]+', ' ', 'g')), '')
{%- endmacro %}
