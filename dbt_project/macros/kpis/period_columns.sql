{# How whole a period is: its last date, its covered days, and whether they are all of them. For a select with `joined_periods`. #}
{% macro period_columns(period_type, start_column) -%}
    {{ period_end(period_type, start_column) }} as period_end_date,
    coalesce(periods.covered_days, 0) as covered_days,
    coalesce(periods.is_complete_period, false) as is_complete_period
{%- endmacro %}
