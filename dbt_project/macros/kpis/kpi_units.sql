{# The rows of a relation, each once per KPI of which it is a unit: one pass makes the units of them
   all. `units` is a list of `kpi_unit`, whose columns come first. With `--vars '{kpis: [fcr]}'` only
   the units of these KPIs are made: a unit test says so, and need not know the others. #}
{% macro kpi_units(relation, units) -%}
    select
        unnest(unit),
        * exclude (unit)
    from (
        select
            *,
            unnest([
                {{ units | join(',\n') }}
            ]) as unit
        from {{ relation }}
    ) as listed_units
    where
        unit is not null
        -- What happened at no known time is in no period.
        and unit['anchored_at'] is not null
        {%- if var('kpis', none) %}
        and unit['metric_slug'] in ('{{ var("kpis") | join("', '") }}')
        {%- endif %}
{%- endmacro %}
