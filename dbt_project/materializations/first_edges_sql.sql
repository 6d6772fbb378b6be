{# The edges that the first round leaves. #}
{% macro first_edges_sql(links_relation) -%}
create or replace temp table components_edges_0 as
select distinct
    least(left_nodes.representative, right_nodes.representative) as u,
    greatest(left_nodes.representative, right_nodes.representative) as v
from {{ links_relation }} as links
inner join components_nodes as left_nodes
    on links.left_node = left_nodes.node
inner join components_nodes as right_nodes
    on links.right_node = right_nodes.node
where left_nodes.representative != right_nodes.representative
{%- endmacro %}
