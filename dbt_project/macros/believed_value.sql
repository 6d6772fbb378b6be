{# Of a trait that several profiles tell: what the most trusted source says, then the latest, then the least value. Reads `profiles` and `trait_sources`. #}
{% macro believed_value(column) -%}
    min_by(
        {{ column }},
        row(
            coalesce(trait_sources.trait_priority, 1000),
            -coalesce(epoch(profiles.last_seen_at), 0),
            {{ column }}
        )
    ) filter (where {{ column }} is not null)
{%- endmacro %}
