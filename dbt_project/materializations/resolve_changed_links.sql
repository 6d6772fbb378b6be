{#
    A component that lost a link is torn: its nodes are resolved anew from the links that they have now. Every other component counts as one node, named by
    its `component_hash`, and an added link joins the components of its ends. Nodes without a row that stays, new or torn, are loose. The table is read once
    for the ends of links and once for the members of what grows, whose names are among them; rows are deleted by their place.
#}
{% macro resolve_changed_links(target_relation, links_relation, checksums_relation, maximum_rounds) %}
    {%- do run_query(
        "delete from " ~ links_relation ~ " where rowid in (select row_number from components_removed);

        insert into " ~ links_relation ~ "
        select link_group, left_node, right_node from components_added;

        create or replace table " ~ checksums_relation ~ " as select link_group, hash_sum from components_checksums;

        create or replace temp table components_ends as
        select distinct node, node_key
        from (
            select left_node as node, left_key as node_key from components_added
            union all
            select right_node as node, right_key as node_key from components_added
        ) as ends;

        create or replace temp table components_lost_ends as
        select left_node as node from components_removed
        union
        select right_node as node from components_removed;

        create or replace temp table components_known as
        select node_key, node_hash, component_hash from " ~ target_relation ~ "
        where node_hash in (
            select node from components_ends
            union all
            select node from components_lost_ends
        );

        create or replace temp table components_torn as
        select rowid as row_number, node_key, node_hash, component_hash from " ~ target_relation ~ "
        where component_hash in (
            select component_hash from components_known
            where node_hash in (select node from components_lost_ends)
        )"
    ) -%}
    {%- do refuse_shared_hashes(
        "select node from components_ends group by node having count(*) > 1
        union all
        select ends.node from components_ends as ends
        inner join components_known as known on ends.node = known.node_hash and ends.node_key != known.node_key"
    ) -%}

    {%- do run_query(
        "create or replace temp table components_lifted as
        select
            ends.node as end_node,
            ends.node_key,
            known.component_hash,
            coalesce(known.component_hash, ends.node) as node
        from components_ends as ends
        left join (
            select node_hash, component_hash from components_known
            where component_hash not in (select component_hash from components_torn)
        ) as known on ends.node = known.node_hash;

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
        "create or replace temp table components_members as
        select rowid as row_number, node_key, node_hash, component_hash from " ~ target_relation ~ "
        where component_hash in (
            select component_hash from components_lifted
            where component_hash in (select node from components_labels)
        );

        create or replace temp table components_loose as
        select node, node_key from components_lifted where component_hash is null
        union
        select node_hash as node, node_key from components_torn;

        create or replace temp table components_resolved as
        select
            labels.node,
            nodes.node_key,
            min(nodes.node_key) over (partition by labels.representative) as component_key
        from (
            select node, node_key from components_loose
            union all
            select node_hash as node, node_key from components_members where node_hash = component_hash
        ) as nodes
        inner join components_labels as labels on nodes.node = labels.node;

        create or replace temp table components_outdated as
        select members.row_number, members.node_key, members.node_hash, resolved.component_key
        from components_members as members
        inner join components_resolved as resolved on members.component_hash = resolved.node
        where resolved.component_key != resolved.node_key;

        delete from " ~ target_relation ~ " where rowid in (
            select row_number from components_outdated
            union all
            select row_number from components_torn
        );

        insert into " ~ target_relation ~ "
        select node_key, component_key, node_hash, hash(component_key) as component_hash
        from (
            select node_key, node_hash, component_key from components_outdated
            union all
            select loose.node_key, loose.node as node_hash, resolved.component_key
            from components_loose as loose
            inner join components_resolved as resolved on loose.node = resolved.node
        ) as rewritten"
    ) -%}
{% endmacro %}
