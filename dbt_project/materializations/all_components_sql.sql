{# The model's table after a full run: a component is named by the least key of its nodes. #}
{% macro all_components_sql(target_relation) -%}
create or replace temp table components_resolved as
select
    nodes.node,
    nodes.node_key,
    coalesce(labels.representative, nodes.representative) as representative
from components_nodes as nodes
left join components_labels as labels
    on nodes.representative = labels.node;

create or replace table {{ target_relation }} as
with components as (
    select
        representative,
        min(node_key) as component_key
    from components_resolved
    group by representative
)

select
    resolved.node_key,
    components.component_key,
    resolved.node as node_hash,
    hash(components.component_key) as component_hash
from components_resolved as resolved
inner join components
    on resolved.representative = components.representative
{%- endmacro %}
