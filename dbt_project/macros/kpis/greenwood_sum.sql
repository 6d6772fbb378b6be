{# Greenwood's sum, over the window `cell`: the variance of a survival over its square. #}
{% macro greenwood_sum(ended_count, at_risk_count) -%}
    sum(
        {{ ended_count }}
        / nullif(
            cast({{ at_risk_count }} as double) * ({{ at_risk_count }} - {{ ended_count }}), 0
        )
    ) over cell
{%- endmacro %}
