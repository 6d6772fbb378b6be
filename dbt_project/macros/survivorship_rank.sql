{# How a told value stands by one rule of survivorship, the lowest first. Reads `told_values` and `source_trust`. #}
{% macro survivorship_rank(rule) -%}
    case {{ rule }}
        when 'source_priority' then source_trust.trait_priority
        when 'recency' then -epoch(told_values.last_seen_at)
        when 'completeness' then -list_count(told_values.parts)
    end
{%- endmacro %}
