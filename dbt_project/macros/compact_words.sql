{# A text as only its letters and digits say it: no case, accents, spaces, punctuation or signs that nobody sees. #}
{% macro compact_words(column) -%}
    {%- set wide = 'ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ' -%}
    {{ replaced_matches(
        latin_letters("translate(upper(" ~ column ~ "), '" ~ wide ~ "', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')"),
        '[^\\p{L}\\p{N}]+',
        ''
    ) }}
{%- endmacro %}
