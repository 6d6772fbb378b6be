{#
    Compares the links of the buckets whose checksum changed with those kept of them. Leaves the temporary tables `components_changed_buckets`, `components_current_links`
    (what these buckets hold now), `components_added` and `components_removed`; returns the share of links that changed. A link that another bucket holds too
    may count as added or removed: to resolve it again costs a little and changes nothing.
#}
{% macro find_changed_links(links_sql, links_relation, checksums_relation) %}
    {%- do run_query(
        "create or replace temp table components_changed_buckets as
        select
            coalesce(current.link_group, kept.link_group) as link_group,
            coalesce(current.bucket, kept.bucket) as bucket
        from components_checksums as current
        full join " ~ checksums_relation ~ " as kept
            on current.link_group = kept.link_group and current.bucket = kept.bucket
        where
            current.hash_sum is distinct from kept.hash_sum
            or current.link_count is distinct from kept.link_count"
    ) -%}
    {%- if run_query("select count(*) from components_changed_buckets").columns[0][0] == 0 -%}
        {{ return(0) }}
    {%- endif -%}

    {%- do run_query(
        "create or replace temp table components_current_links as
        select
            links.link_group,
            links.bucket,
            links.left_key,
            links.right_key,
            hash(links.left_key) as left_node,
            hash(links.right_key) as right_node
        from (" ~ links_sql ~ ") as links
        semi join components_changed_buckets as changed
            on links.link_group = changed.link_group and links.bucket = changed.bucket
        where links.left_key != links.right_key;

        create or replace temp table components_kept_links as
        select links.left_node, links.right_node
        from " ~ links_relation ~ " as links
        semi join components_changed_buckets as changed
            on links.link_group = changed.link_group and links.bucket = changed.bucket;

        create or replace temp table components_added as
        select * from components_current_links
        anti join components_kept_links using (left_node, right_node);

        create or replace temp table components_removed as
        select * from components_kept_links
        anti join components_current_links using (left_node, right_node)"
    ) -%}
    {{ return(run_query(
        "select
            greatest((select count(*) from components_added) + (select count(*) from components_removed), 1)
            / sum(link_count)
        from components_checksums"
    ).columns[0][0] or 1) }}
{% endmacro %}
