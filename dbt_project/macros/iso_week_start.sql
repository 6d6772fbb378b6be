{# The Monday of a delivered week such as 2026-W05, at midnight; null where it is no week. ISO week 1
   holds 4 January. #}
{% macro iso_week_start(week) -%}
    date_trunc(
        'week',
        make_date({{ delivered_number('left(' ~ week ~ ', 4)', 'iso_year', 'integer') }}, 1, 4)
    )
    + {{ duration_of(
        '7 * ('
        ~ delivered_number('substr(' ~ week ~ ', 7)', 'iso_week', 'integer')
        ~ ' - 1)',
        'day'
    ) }}
{%- endmacro %}
