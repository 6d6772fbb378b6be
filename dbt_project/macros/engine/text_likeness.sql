{# Jaro–Winkler: 0 for texts with nothing in common to 1 for equal ones; a common beginning counts most. #}
{% macro text_likeness(one, other) -%}
    jaro_winkler_similarity({{ one }}, {{ other }})
{%- endmacro %}
