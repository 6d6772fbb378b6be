{% macro nps_standard_error(promoters, detractors, n) -%}
    100 * sqrt(greatest(0, (
        ({{ promoters }} + {{ detractors }}) / cast({{ n }} as double)
        - power(({{ promoters }} - {{ detractors }}) / cast({{ n }} as double), 2)
    ) / {{ n }}))
{%- endmacro %}
