{#
    Compares the links of the groups whose sum of hashes changed with those kept of them. Leaves the temporary tables `components_added` and `components_removed`;
    returns the share of links that changed. A link that another group holds too may be in either: to resolve it again costs a little and changes nothing.
#}
{% macro find_changed_links(links_sql, links_relation, checksums_relation) %}
    {%- set changed_groups = run_query(
        "create or replace temp table components_changed_groups as
        select coalesce(current.link_group, kept.link_group) as link_group
        from components_checksums as current
        full join " ~ checksums_relation ~ " as kept on current.link_group = kept.link_group
        where current.hash_sum is distinct from kept.hash_sum;

        select count(*) from components_changed_groups"
    ).columns[0][0] -%}
    {%- if changed_groups == 0 -%}
        {{ return(0) }}
    {%- endif -%}

    {{ return(run_query(
        "create or replace temp table components_current_links as
        select
            links.link_group,
            links.left_key,
            links.right_key,
            hash(links.left_key) as left_node,
            hash(links.right_key) as right_node
        from (" ~ links_sql ~ ") as links
        semi join components_changed_groups as changed on links.link_group = changed.link_group
        where links.left_key != links.right_key;

        create or replace temp table components_kept_links as
        select links.rowid as row_number, links.link_group, links.left_node, links.right_node
        from " ~ links_relation ~ " as links
        semi join components_changed_groups as changed on links.link_group = changed.link_group;

        create or replace temp table components_added as
        select * from components_current_links
        anti join components_kept_links using (link_group, left_node, right_node);

        create or replace temp table components_removed as
        select * from components_kept_links
        anti join components_current_links using (link_group, left_node, right_node);

        select
            greatest((select count(*) from components_added) + (select count(*) from components_removed), 1)
            / greatest((select count(*) from " ~ links_relation ~ "), 1)"
    ).columns[0][0]) }}
{% endmacro %}
