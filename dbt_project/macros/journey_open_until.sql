{# Until when the steps of a journey, as a group, leave it open: its end, else the time-out after the last anchor
   or its greatest age. A type may have neither: what the customer does not do ends no such journey. #}
{% macro journey_open_until() -%}
    coalesce(
        max(case when is_reach or is_fail then occurred_at end),
        least(
            max(case when is_anchor then occurred_at end)
            + {{ duration_of('max(timeout_days)', 'day') }},
            min(occurred_at) + {{ duration_of('max(maximum_days)', 'day') }}
        ),
        timestamp '9999-12-31'
    )
{%- endmacro %}
