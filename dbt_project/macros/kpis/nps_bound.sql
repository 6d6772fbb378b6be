{# Adjusted Wald: 3/4 of an answer more on either side and 3 answers in all, on the scale of -100 to 100. #}
{% macro nps_bound(side, promoters, detractors, n) -%}
    greatest(-100, least(100, 100 * (
        ({{ promoters }} - {{ detractors }}) / ({{ n }} + 3.0)
        {{ side }} {{ confidence_z() }} * sqrt((
            ({{ promoters }} + {{ detractors }} + 1.5) / ({{ n }} + 3.0)
            - power(({{ promoters }} - {{ detractors }}) / ({{ n }} + 3.0), 2)
        ) / ({{ n }} + 3.0))
    )))
{%- endmacro %}
