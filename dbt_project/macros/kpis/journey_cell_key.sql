{# The member of the dimension `journey_cell`: journey, segment and entry channel at once. #}
{% macro journey_cell_key(relation) -%}
    {{ surrogate_key([
        relation ~ '.journey_slug', relation ~ '.segment_slug', relation ~ '.channel_slug'
    ]) }}
{%- endmacro %}
