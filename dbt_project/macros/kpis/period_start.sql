{# The first date of the day, ISO week or month that a date falls in; null for the total. #}
{% macro period_start(period_type, date_column) -%}
    case {{ period_type }}
        when 'day' then {{ date_column }}
        when 'week' then cast(date_trunc('week', {{ date_column }}) as date)
        when 'month' then cast(date_trunc('month', {{ date_column }}) as date)
    end
{%- endmacro %}
