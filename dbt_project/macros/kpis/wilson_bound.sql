{# Side is - or +. The sample size is the effective one: units of one customer are not independent.
   Without a unit there is no bound; `greatest` and `least` would skip the null and say 0 or 1. #}
{% macro wilson_bound(side, proportion, effective_n) -%}
    case when {{ proportion }} is not null and {{ effective_n }} > 0 then greatest(0, least(1,
        (
            {{ proportion }} + {{ confidence_z() }} * {{ confidence_z() }} / (2 * {{ effective_n }})
            {{ side }} {{ confidence_z() }} * sqrt(
                {{ proportion }} * (1 - {{ proportion }}) / {{ effective_n }}
                + power({{ confidence_z() }} / (2 * {{ effective_n }}), 2)
            )
        ) / (1 + {{ confidence_z() }} * {{ confidence_z() }} / {{ effective_n }})
    )) end
{%- endmacro %}
