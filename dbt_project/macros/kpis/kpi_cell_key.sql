{# The key of a cell: one KPI, in one period, for one member of a dimension. #}
{% macro kpi_cell_key() -%}
    {{ surrogate_key(['metric_slug', 'period_type', 'period_start_date', 'dimension', 'member']) }}
{%- endmacro %}
