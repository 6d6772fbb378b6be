{# Whether the tables of the last run are there and of today's shape: what is kept of a group is
   comparable with what the model says of it now. #}
{% macro component_state_fits(existing_relation, links_relation, checksums_relation, links_sql) %}
    {%- if existing_relation is none or not existing_relation.is_table
        or load_cached_relation(links_relation) is none
        or load_cached_relation(checksums_relation) is none -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set resolved = get_column_schema_from_query("select * from " ~ existing_relation) -%}
    {%- set kept = get_column_schema_from_query("select * from " ~ links_relation) -%}
    {%- set current = get_column_schema_from_query(
        "select link_group, hash(left_key), hash(right_key) from (" ~ links_sql ~ ") as links"
    ) -%}
    {{ return(
        resolved | map(attribute='name') | list
        == ['node_key', 'component_key', 'node_hash', 'component_hash']
        and kept | map(attribute='data_type') | list == current | map(attribute='data_type') | list
    ) }}
{% endmacro %}
