{# The units of a relation with `period_types` and `anchor_date`, once for each period in which they fall. #}
{% macro units_by_period(relation) -%}
    select
        *,
        {{ period_start('period_type', 'anchor_date') }} as period_start_date
    from (
        select
            *,
            unnest(string_split(period_types, ' ')) as period_type
        from {{ relation }}
    ) as typed_units
{%- endmacro %}
