{# The last date of the day, ISO week or month that begins with a date; null for the total. #}
{% macro period_end(period_type, start_column) -%}
    case {{ period_type }}
        when 'day' then {{ start_column }}
        when 'week' then {{ start_column }} + 6
        when 'month' then cast({{ start_column }} + interval '1 month' as date) - 1
    end
{%- endmacro %}
