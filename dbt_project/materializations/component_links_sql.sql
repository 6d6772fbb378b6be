{# The model's links in the shape that all steps read. Without groups of its own, a 256th of all
   links by their hash is a group. #}
{% macro component_links_sql(compiled_code, columns) -%}
    {%- set hashed = 'link_hash' if 'link_hash' in columns else 'hash(left_key, right_key)' -%}
    {%- set link_hash = 'cast(' ~ hashed ~ ' as ubigint)' -%}
select
    cast(left_key as varchar) as left_key,
    cast(right_key as varchar) as right_key,
    {{ 'link_group' if 'link_group' in columns else link_hash ~ ' >> 56' }} as link_group,
    {{ link_hash }} as link_hash
from ({{ compiled_code }}) as model_links
{%- endmacro %}
