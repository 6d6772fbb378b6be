{# A reason that no row of the seed maps leaves the touchpoint without one, and no error says so. #}
{% test mapped_reasons(model) %}

select
    touchpoint_key,
    source_name
from {{ model }}
where source_contact_reason is not null and contact_reason_slug is null

{% endtest %}
