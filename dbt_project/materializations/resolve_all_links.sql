{#
    Full run. The first round needs no salt, since the nodes are hashes themselves, and is merged with finding the nodes: every node with its key, and the least
    of itself and its neighbours as its representative. Two keys of one hash are still two rows here.
    With two threads or fewer, DuckDB groups by one hash table per thread that outgrows every cache; with more, by parts that fit.
#}
{% macro resolve_all_links(links_sql, target_relation, links_relation, checksums_relation, maximum_rounds) %}
    {%- set threads = run_query("select current_setting('threads')").columns[0][0] | int -%}
    {%- do run_query("set threads = " ~ [threads, 4] | max) -%}
    {%- do run_query(
        "create or replace table " ~ links_relation ~ " as
        select link_group, hash(left_key) as left_node, hash(right_key) as right_node
        from (" ~ links_sql ~ ") as links where left_key != right_key;

        create or replace table " ~ checksums_relation ~ " as select link_group, hash_sum from components_checksums;

        create or replace temp table components_nodes as
        select
            node_key,
            hash(node_key) as node,
            least(hash(node_key), min(neighbour)) as representative
        from (
            select left_key as node_key, hash(right_key) as neighbour
            from (" ~ links_sql ~ ") as links where left_key != right_key
            union all
            select right_key as node_key, hash(left_key) as neighbour
            from (" ~ links_sql ~ ") as links where left_key != right_key
        ) as ends
        group by node_key"
    ) -%}
    {%- do refuse_shared_hashes("select node from components_nodes group by node having count(*) > 1") -%}

    {%- do run_query(
        "create or replace temp table components_edges_0 as
        select distinct
            least(left_nodes.representative, right_nodes.representative) as u,
            greatest(left_nodes.representative, right_nodes.representative) as v
        from " ~ links_relation ~ " as links
        inner join components_nodes as left_nodes on links.left_node = left_nodes.node
        inner join components_nodes as right_nodes on links.right_node = right_nodes.node
        where left_nodes.representative != right_nodes.representative"
    ) -%}

    {%- do contract_edges(maximum_rounds) -%}

    {%- do run_query(
        "create or replace temp table components_resolved as
        select
            nodes.node,
            nodes.node_key,
            coalesce(labels.representative, nodes.representative) as representative
        from components_nodes as nodes
        left join components_labels as labels on nodes.representative = labels.node;

        create or replace table " ~ target_relation ~ " as
        select
            resolved.node_key,
            components.component_key,
            resolved.node as node_hash,
            hash(components.component_key) as component_hash
        from components_resolved as resolved
        inner join (
            select representative, min(node_key) as component_key from components_resolved group by representative
        ) as components on resolved.representative = components.representative"
    ) -%}
    {%- do run_query("set threads = " ~ threads) -%}
{% endmacro %}
