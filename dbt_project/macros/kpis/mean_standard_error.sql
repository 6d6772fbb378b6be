{# The standard error of a mean, from sums. Rounding can leave a variance of zero just below it. #}
{% macro mean_standard_error(value_sum, square_sum, n) -%}
    sqrt(
        greatest(0, {{ square_sum }} - {{ value_sum }} * {{ value_sum }} / {{ n }})
        / nullif({{ n }} - 1, 0) / {{ n }}
    )
{%- endmacro %}
