{# The new names: of nodes that are loose, and of components that grew, whose members are read once;
   a component's own name is among their keys. Outdated are the rows that bear another name now. #}
{% macro grown_components_sql(target_relation) -%}
create or replace temp table components_members as
select
    components.rowid as row_number,
    components.node_key,
    components.node_hash,
    components.component_hash
from {{ target_relation }} as components
where
    components.component_hash in (
        select lifted.component_hash from components_lifted as lifted
        where lifted.component_hash in (select labels.node from components_labels as labels)
    );

create or replace temp table components_loose as
select
    node,
    node_key
from components_lifted
where component_hash is null
union
select
    node_hash as node,
    node_key
from components_torn;

create or replace temp table components_resolved as
with nodes as (
    select
        node,
        node_key
    from components_loose

    union all

    select
        node_hash as node,
        node_key
    from components_members
    where node_hash = component_hash
)

select
    labels.node,
    nodes.node_key,
    min(nodes.node_key) over (partition by labels.representative) as component_key
from nodes
inner join components_labels as labels
    on nodes.node = labels.node;

create or replace temp table components_outdated as
select
    members.row_number,
    members.node_key,
    members.node_hash,
    resolved.component_key
from components_members as members
inner join components_resolved as resolved
    on members.component_hash = resolved.node
where resolved.component_key != resolved.node_key
{%- endmacro %}
