{# The quantile of a sorted list without nulls, interpolated between neighbours. The share may be a
   column, which `quantile_cont` refuses. #}
{% macro interpolated_quantile(sorted_values, share) -%}
    {{ sorted_values }}[cast(floor({{ share }} * (len({{ sorted_values }}) - 1)) as bigint) + 1]
    + (
        {{ share }} * (len({{ sorted_values }}) - 1)
        - floor({{ share }} * (len({{ sorted_values }}) - 1))
    ) * (
        {{ sorted_values }}[cast(ceil({{ share }} * (len({{ sorted_values }}) - 1)) as bigint) + 1]
        - {{ sorted_values }}[cast(floor({{ share }} * (len({{ sorted_values }}) - 1)) as bigint) + 1]
    )
{%- endmacro %}
