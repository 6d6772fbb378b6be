{# One unit of a KPI, for `kpi_units`; null where the row is none. The KPI is named, or its slug is in
   a column of the row. A duration that still runs names the clock that measures it meanwhile,
   instead of a value if it has run until `as_of`. #}
{% macro kpi_unit(
    metric_slug, anchored_at, value, among='true', state="'eligible'", matures_at='null',
    is_censored='false', clock_while_running='null', clock_started_seconds='null',
    metric_column=none
) -%}
    case
        when {{ among }}
            then struct_pack(
                metric_slug := {{ metric_column or "'" ~ metric_slug ~ "'" }},
                anchored_at := cast({{ anchored_at }} as timestamp),
                unit_value := cast({{ value }} as double),
                unit_state := {{ state }},
                matures_at := coalesce(
                    cast({{ matures_at }} as timestamp), cast({{ anchored_at }} as timestamp)
                ),
                is_censored := {{ is_censored }},
                clock_slug := cast({{ clock_while_running }} as varchar),
                clock_started_seconds := case
                    when {{ clock_while_running }} is not null
                        then cast({{ clock_started_seconds }} as bigint)
                end
            )
    end
{%- endmacro %}
