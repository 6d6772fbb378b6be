{# The rows of the model's table that change: deleted by their place, and inserted anew. #}
{% macro rewritten_rows_sql(target_relation) -%}
delete from {{ target_relation }}
where
    rowid in (
        select row_number from components_outdated
        union all
        select row_number from components_torn
    );

insert into {{ target_relation }}
select
    node_key,
    component_key,
    node_hash,
    hash(component_key) as component_hash
from (
    select
        node_key,
        node_hash,
        component_key
    from components_outdated
    union all
    select
        loose.node_key,
        loose.node as node_hash,
        resolved.component_key
    from components_loose as loose
    inner join components_resolved as resolved
        on loose.node = resolved.node
) as rewritten
{%- endmacro %}
