{# Student's t at 97.5 % for more than 30 degrees of freedom, by the Cornish-Fisher series in 1/df: its
   relative error is below 2e-8 there. Up to 30, the seed `t_quantiles` has the exact values. #}
{% macro t_quantile_of_many(degrees_of_freedom) -%}
    {{ confidence_z() }}
    + 2.3722712302985622 / {{ degrees_of_freedom }}
    + 2.8224986157396112 / power({{ degrees_of_freedom }}, 2)
    + 2.5558496795077219 / power({{ degrees_of_freedom }}, 3)
    + 1.5895340533938225 / power({{ degrees_of_freedom }}, 4)
{%- endmacro %}
