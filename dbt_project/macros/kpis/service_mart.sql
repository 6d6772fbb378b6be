{# The service KPIs of one mart: five marts have one shape, so that who knows one of them knows all. #}
{% macro service_mart(mart) -%}
    select
        cell_key,
        metric_slug,
        period_type,
        period_start_date,
        channel_slug,
        contact_reason_slug,
        team_key,
        kind,
        numerator,
        denominator,
        value,
        ci_low,
        ci_high,
        n_immature,
        n_unknown,
        n_excluded,
        is_mature,
        is_min_n,
        definition_version
    from {{ ref('int_kpis__service_cells') }}
    where mart = '{{ mart }}'
{%- endmacro %}
