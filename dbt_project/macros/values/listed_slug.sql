{# The delivered word as the seed lists it, whatever its case; null for one that it does not list. #}
{% macro listed_slug(seed, column, word) -%}
    (
        select max(listed.{{ column }})
        from {{ ref(seed) }} as listed
        where listed.{{ column }} = lower(trim({{ word }}))
    )
{%- endmacro %}
