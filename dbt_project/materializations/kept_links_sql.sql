{# All links by the hashes of their keys, for the next run; not those of a node to itself. #}
{% macro kept_links_sql(links_sql, links_relation) -%}
create or replace table {{ links_relation }} as
select
    link_group,
    hash(left_key) as left_node,
    hash(right_key) as right_node
from ({{ links_sql }}) as links
where left_key != right_key
{%- endmacro %}
