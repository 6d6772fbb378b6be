{# Every node with its key, and the least of itself and its neighbours as its representative: the
   first round, which needs no salt, since the nodes are hashes themselves. Two keys of one hash are
   still two rows here. #}
{% macro first_nodes_sql(links_sql) -%}
create or replace temp table components_nodes as
select
    node_key,
    hash(node_key) as node,
    least(hash(node_key), min(neighbour)) as representative
from (
    select
        left_key as node_key,
        hash(right_key) as neighbour
    from ({{ links_sql }}) as links
    where left_key != right_key
    union all
    select
        right_key as node_key,
        hash(left_key) as neighbour
    from ({{ links_sql }}) as links
    where left_key != right_key
) as ends
group by node_key
{%- endmacro %}
