{#
    A component that lost a link is torn: its nodes are resolved anew from the links that they have now. Every other component counts as one node, named by
    its `component_hash`, and an added link joins the components of its ends.
#}
{% macro resolve_changed_links(target_relation, links_relation, checksums_relation, maximum_rounds) %}
    {%- do run_query(
        "delete from " ~ links_relation ~ " as links using components_changed_buckets as changed
        where links.link_group = changed.link_group and links.bucket = changed.bucket;

        insert into " ~ links_relation ~ "
        select link_group, bucket, left_node, right_node from components_current_links;

        create or replace table " ~ checksums_relation ~ " as select * from components_checksums;

        create or replace temp table components_torn as
        select node_key, node_hash, component_hash from " ~ target_relation ~ "
        where component_hash in (
            select component_hash from " ~ target_relation ~ "
            where node_hash in (
                select left_node from components_removed
                union all
                select right_node from components_removed
            )
        );

        create or replace temp table components_ends as
        select node, min(node_key) as node_key, max(node_key) as last_node_key
        from (
            select left_node as node, left_key as node_key from components_added
            union all
            select right_node as node, right_key as node_key from components_added
        ) as ends
        group by node;

        create or replace temp table components_known as
        select node_hash, component_hash from " ~ target_relation ~ "
        where node_hash in (select node from components_ends);

        create or replace temp table components_names as
        select node_hash, node_key from " ~ target_relation ~ "
        where node_hash in (
            select node from components_ends
            union all
            select component_hash from components_known
        )"
    ) -%}
    {%- do refuse_shared_hashes(
        "select node from components_ends where node_key != last_node_key
        union all
        select ends.node from components_ends as ends
        inner join components_names as names on ends.node = names.node_hash and ends.node_key != names.node_key"
    ) -%}

    {%- do run_query(
        "create or replace temp table components_lifted as
        select
            ends.node as end_node,
            known.component_hash is not null as is_component,
            coalesce(known.component_hash, ends.node) as node,
            coalesce(names.node_key, ends.node_key) as node_key
        from components_ends as ends
        left join (
            select node_hash, component_hash from components_known
            where component_hash not in (select component_hash from components_torn)
        ) as known on ends.node = known.node_hash
        left join components_names as names on known.component_hash = names.node_hash;

        create or replace temp table components_edges_0 as
        select distinct least(left_node, right_node) as u, greatest(left_node, right_node) as v
        from (
            select left_ends.node as left_node, right_ends.node as right_node
            from components_added as added
            inner join components_lifted as left_ends on added.left_node = left_ends.end_node
            inner join components_lifted as right_ends on added.right_node = right_ends.end_node
            union all
            select left_node, right_node from " ~ links_relation ~ "
            where
                left_node in (select node_hash from components_torn)
                and right_node in (select node_hash from components_torn)
        ) as edges
        where left_node != right_node"
    ) -%}

    {%- do contract_edges(maximum_rounds) -%}

    {%- do run_query(
        "create or replace temp table components_resolved as
        select
            nodes.node,
            nodes.node_key,
            nodes.is_component,
            min(nodes.node_key) over (partition by labels.representative) as component_key
        from (
            select node, node_key, is_component from components_lifted
            union
            select node_hash as node, node_key, false as is_component from components_torn
        ) as nodes
        inner join components_labels as labels on nodes.node = labels.node;

        create or replace temp table components_rewritten as
        select components.node_key, resolved.component_key, components.node_hash
        from " ~ target_relation ~ " as components
        inner join components_resolved as resolved on components.component_hash = resolved.node
        where resolved.is_component and resolved.component_key != resolved.node_key
        union all
        select node_key, component_key, node as node_hash
        from components_resolved where not is_component;

        delete from " ~ target_relation ~ " where component_hash in (
            select node from components_resolved where is_component and component_key != node_key
            union all
            select component_hash from components_torn
        );

        insert into " ~ target_relation ~ "
        select node_key, component_key, node_hash, hash(component_key) as component_hash
        from components_rewritten"
    ) -%}
{% endmacro %}
