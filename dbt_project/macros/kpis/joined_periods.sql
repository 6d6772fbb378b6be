{# The join that `period_columns` reads; a period without a start is the total. #}
{% macro joined_periods(period_type, start_column) -%}
    left join {{ ref('int_company__periods') }} as periods
        on
            {{ period_type }} = periods.period_type
            and coalesce({{ start_column }}, date '0001-01-01')
            = coalesce(periods.period_start_date, date '0001-01-01')
{%- endmacro %}
