{# Temporary tables live as long as the connection, which builds other models next. #}
{% macro drop_component_temporaries() %}
    {%- for name in [
        'checksums', 'changed_buckets', 'current_links', 'kept_links', 'added', 'removed', 'nodes', 'torn', 'ends', 'known', 'lifted', 'labels', 'resolved', 'rewritten'
    ] -%}
        {%- do run_query("drop table if exists temp.main.components_" ~ name) -%}
    {%- endfor -%}
{% endmacro %}
