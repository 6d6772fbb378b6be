{# Temporary tables live as long as the connection, which builds other models next. #}
{% macro drop_component_temporaries() %}
    {%- set statements = [] -%}
    {%- for name in [
        'checksums', 'changed_groups', 'current_links', 'kept_links', 'added', 'removed', 'nodes',
        'ends', 'lost_ends', 'known', 'torn', 'lifted', 'labels', 'members', 'loose', 'resolved',
        'outdated'
    ] -%}
        {%- do statements.append("drop table if exists temp.main.components_" ~ name) -%}
    {%- endfor -%}
    {%- do run_query(statements | join("; ")) -%}
{% endmacro %}
