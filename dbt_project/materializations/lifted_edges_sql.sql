{# The edges to contract: an added link joins the components of its ends, or the ends themselves
   where they are loose; within a torn component, all links that it has left. #}
{% macro lifted_edges_sql(links_relation) -%}
create or replace temp table components_lifted as
with whole_components as (
    select
        known.node_hash,
        known.component_hash
    from components_known as known
    where known.component_hash not in (select torn.component_hash from components_torn as torn)
)

select
    ends.node as end_node,
    ends.node_key,
    whole_components.component_hash,
    coalesce(whole_components.component_hash, ends.node) as node
from components_ends as ends
left join whole_components
    on ends.node = whole_components.node_hash;

create or replace temp table components_edges_0 as
select distinct
    least(left_node, right_node) as u,
    greatest(left_node, right_node) as v
from (
    select
        left_ends.node as left_node,
        right_ends.node as right_node
    from components_added as added
    inner join components_lifted as left_ends
        on added.left_node = left_ends.end_node
    inner join components_lifted as right_ends
        on added.right_node = right_ends.end_node
    union all
    select
        links.left_node,
        links.right_node
    from {{ links_relation }} as links
    where
        links.left_node in (select torn.node_hash from components_torn as torn)
        and links.right_node in (select torn.node_hash from components_torn as torn)
) as edges
where left_node != right_node
{%- endmacro %}
