{# The ends of links that came or went, what the model's table knows of them, and the torn: the
   nodes of a component that lost a link. The table is read for each of the two. #}
{% macro touched_nodes_sql(target_relation) -%}
create or replace temp table components_ends as
select distinct
    node,
    node_key
from (
    select
        left_node as node,
        left_key as node_key
    from components_added
    union all
    select
        right_node as node,
        right_key as node_key
    from components_added
) as ends;

create or replace temp table components_lost_ends as
select left_node as node from components_removed
union
select right_node as node from components_removed;

create or replace temp table components_known as
select
    components.node_key,
    components.node_hash,
    components.component_hash
from {{ target_relation }} as components
where
    components.node_hash in (
        select ends.node from components_ends as ends
        union all
        select lost_ends.node from components_lost_ends as lost_ends
    );

create or replace temp table components_torn as
select
    components.rowid as row_number,
    components.node_key,
    components.node_hash,
    components.component_hash
from {{ target_relation }} as components
where
    components.component_hash in (
        select known.component_hash from components_known as known
        where known.node_hash in (select lost_ends.node from components_lost_ends as lost_ends)
    )
{%- endmacro %}
