{#
    Compares the links of the groups whose sum of hashes changed with those kept of them. Leaves the
    temporary tables `components_added` and `components_removed`; returns the share of links that
    changed. A link that another group holds too may be in either: to resolve it again costs a
    little and changes nothing.
#}
{% macro find_changed_links(links_sql, links_relation, checksums_relation) %}
    {%- set changed_groups = run_query([
        changed_groups_sql(checksums_relation),
        "select count(*) from components_changed_groups"
    ] | join("; ")).columns[0][0] -%}
    {%- if changed_groups == 0 -%}
        {{ return(0) }}
    {%- endif -%}

    {{ return(run_query([
        changed_links_sql(links_sql, links_relation),
        changed_share_sql(links_relation)
    ] | join("; ")).columns[0][0]) }}
{% endmacro %}
