{# The words of a text as it spells them, in small letters, without addresses. #}
{% macro said_words(column) -%}
    {%- set unaddressed = replaced_matches('lower(' ~ column ~ ')', '[^ ]*(@|://|www[.])[^ ]*', ' ') -%}
    {{ words('trim(' ~ replaced_matches(unaddressed, '[^\\p{L}\\p{M}\\p{N}]+', ' ') ~ ')') }}
{%- endmacro %}
