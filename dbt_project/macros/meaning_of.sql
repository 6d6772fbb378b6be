{# What a word of a source means by the seed `source_words`; null for one that is not listed. #}
{% macro meaning_of(source_name, field, word) -%}
    (
        select max(source_words.meaning)
        from {{ ref('source_words') }} as source_words
        where
            source_words.source_name = '{{ source_name }}'
            and source_words.field = '{{ field }}'
            and source_words.word = lower(trim({{ word }}))
    )
{%- endmacro %}
