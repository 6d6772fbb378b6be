{# The key of a link: which two profiles, and what joins them or would. #}
{% macro link_key() -%}
    {{ surrogate_key([
        'left_profile_key',
        'right_profile_key',
        'link_reason',
        'identifier_type',
        'identifier_value',
        'full_name'
    ]) }}
{%- endmacro %}
