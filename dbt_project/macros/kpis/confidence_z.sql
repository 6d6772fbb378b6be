{# The standard normal quantile of a two-sided interval of 95 %. #}
{% macro confidence_z() -%}
    1.959963984540054
{%- endmacro %}
