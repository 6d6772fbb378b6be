{# The member of the dimension `service_cell`: channel, contact reason and team at once. #}
{% macro service_cell_key(relation) -%}
    {{ surrogate_key([
        relation ~ '.channel_slug', relation ~ '.contact_reason_slug', relation ~ '.team_key'
    ]) }}
{%- endmacro %}
