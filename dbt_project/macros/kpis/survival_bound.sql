{# Log-log Greenwood. Side is - or +. Where nobody is left the upper bound is not known. #}
{% macro survival_bound(side, survival, greenwood) -%}
    case
        when {{ survival }} >= 1 then 1.0
        when {{ survival }} > 0
            then power(
                {{ survival }},
                exp({{ '-' if side == '-' else '' }}{{ confidence_z() }} * sqrt({{ greenwood }}) / ln({{ survival }}))
            )
        {%- if side == '-' %}
        when {{ survival }} = 0 then 0.0
        {%- endif %}
    end
{%- endmacro %}
