{# The model's links in the shape that all steps read. A bucket is a 256th of the links of a group: one change makes only the links of its bucket be compared. #}
{% macro component_links_sql(compiled_code) %}
    {%- set columns = get_column_schema_from_query(compiled_code) | map(attribute='name') | list -%}
    {%- set link_hash = 'link_hash' if 'link_hash' in columns else 'hash(left_key, right_key)' -%}
    select
        cast(left_key as varchar) as left_key,
        cast(right_key as varchar) as right_key,
        {{ 'link_group' if 'link_group' in columns else 0 }} as link_group,
        cast({{ link_hash }} as ubigint) as link_hash,
        cast({{ link_hash }} >> 56 as utinyint) as bucket
    from ({{ compiled_code }}) as model_links
{% endmacro %}
