{# The rank whose value bounds the median, or null where so few values give no bound. #}
{% macro median_rank(side, n) -%}
    {%- if side == '-' -%}
    nullif(greatest(0, cast(floor({{ n }} / 2.0 - {{ confidence_z() }} / 2 * sqrt({{ n }})) as bigint)), 0)
    {%- else -%}
    case
        when ceil({{ n }} / 2.0 + 1 + {{ confidence_z() }} / 2 * sqrt({{ n }})) <= {{ n }}
            then cast(ceil({{ n }} / 2.0 + 1 + {{ confidence_z() }} / 2 * sqrt({{ n }})) as bigint)
    end
    {%- endif -%}
{%- endmacro %}
