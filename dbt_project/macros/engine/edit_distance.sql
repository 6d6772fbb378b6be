{# How many letters must be changed, dropped, added or exchanged with their neighbour; counts bytes,
   so for Latin letters. #}
{% macro edit_distance(one, other) -%}
    damerau_levenshtein({{ one }}, {{ other }})
{%- endmacro %}
