{# The clauses of a text, as a list: cut at the marks that end a sentence, and before words that mean « but ». #}
{% macro clauses_of(column) -%}
    {%- set ends = '[.:…]+([ \\t]+|$)|[!?;。！？；\\n\\r]+' -%}
    {%- set words_for_but = '(?i)[ ,]+(but|however|ale|jednak|но|однако|але|aber|jedoch|pero|mais|mas|maar)[ ,]+' -%}
    {%- set signs_for_but = '[ ,，]*(但是|但|不过|可是)[ ,，]*' -%}
    {%- set sentences = replaced_matches(column, ends, '|') -%}
    {{ parts(replaced_matches(replaced_matches(sentences, words_for_but, '|'), signs_for_but, '|'), "'|'") }}
{%- endmacro %}
