{# Kaplan–Meier: the share that lasts longer, over the window `cell` of ascending durations. The
   logarithm of nothing is minus infinity, which no sum survives: the last end is set to 0 apart. #}
{% macro survival(ended_count, at_risk_count) -%}
    case
        when max(case when {{ ended_count }} = {{ at_risk_count }} then 1 else 0 end) over cell = 1
            then 0.0
        else exp(
            sum(
                case
                    when {{ ended_count }} < {{ at_risk_count }}
                        then ln(1 - {{ ended_count }} / cast({{ at_risk_count }} as double))
                    else 0
                end
            ) over cell
        )
    end
{%- endmacro %}
