{# 1 where no person repeats; else how much wider a rate's variance is than that of independent
   units, from sums over persons of units (m) and successes (y). The sum of (y - p*m)^2 is
   sum y*y - 2p * sum y*m + p*p * sum m*m. #}
{% macro design_effect(proportion, n, persons, sum_mm, sum_ym, sum_yy) -%}
    case
        when {{ persons }} in (1, {{ n }}) or {{ proportion }} <= 0 or {{ proportion }} >= 1 then 1.0
        else greatest(1.0,
            {{ persons }} / ({{ persons }} - 1.0)
            * (
                {{ sum_yy }} - 2 * {{ proportion }} * {{ sum_ym }}
                + {{ proportion }} * {{ proportion }} * {{ sum_mm }}
            ) / {{ n }} / ({{ proportion }} * (1 - {{ proportion }}))
        )
    end
{%- endmacro %}
