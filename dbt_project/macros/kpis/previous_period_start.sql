{# The first date of the day, ISO week or month before; null for the total. #}
{% macro previous_period_start(period_type, start_column) -%}
    case {{ period_type }}
        when 'day' then {{ start_column }} - 1
        when 'week' then {{ start_column }} - 7
        when 'month' then cast({{ start_column }} - interval '1 month' as date)
    end
{%- endmacro %}
