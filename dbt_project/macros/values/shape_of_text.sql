{# What a text looks like, with none of it: each digit is a 9, each letter an a, and all but common marks a question mark. #}
{% macro shape_of_text(text) -%}
    {{ replaced_matches(
        replaced_matches(replaced_matches(text, '[0-9]', '9'), '[A-Za-z]', 'a'), '[^9a.,:+_ -]', '?'
    ) }}
{%- endmacro %}
