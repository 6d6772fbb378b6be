{# One unit of a KPI as a value of a list, so that one pass over the cases makes all of their units;
   null where the case is none. A duration that still runs names its clock, instead of a value if it has run until `as_of`. #}
{% macro kpi_unit(
    metric_slug, anchored_at, value, among='true', state="'eligible'", matures_at='null',
    is_censored='false', running_clock='null', clock_started_seconds='null'
) -%}
    case
        when {{ among }}
            then struct_pack(
                metric_slug := '{{ metric_slug }}',
                anchored_at := {{ anchored_at }},
                unit_value := cast({{ value }} as double),
                unit_state := {{ state }},
                matures_at := coalesce(cast({{ matures_at }} as timestamp), {{ anchored_at }}),
                is_censored := {{ is_censored }},
                clock_slug := cast({{ running_clock }} as varchar),
                clock_started_seconds := case
                    when {{ running_clock }} is not null
                        then cast({{ clock_started_seconds }} as bigint)
                end
            )
    end
{%- endmacro %}
