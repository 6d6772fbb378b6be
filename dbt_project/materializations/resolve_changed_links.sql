{#
    A component that lost a link is torn: its nodes are resolved anew from the links that they have
    now. Every other component counts as one node, named by its `component_hash`, and an added link
    joins the components of its ends. Nodes without a row that stays, new or torn, are loose.
#}
{% macro resolve_changed_links(
    target_relation, links_relation, checksums_relation, maximum_rounds
) %}
    {%- do run_query([
        updated_links_sql(links_relation),
        kept_checksums_sql(checksums_relation),
        touched_nodes_sql(target_relation)
    ] | join("; ")) -%}
    {%- do refuse_shared_hashes(doubled_nodes_sql('components_ends')) -%}
    {%- do refuse_shared_hashes(renamed_nodes_sql()) -%}
    {%- do run_query(lifted_edges_sql(links_relation)) -%}
    {%- do contract_edges(maximum_rounds) -%}
    {%- do run_query([
        grown_components_sql(target_relation),
        rewritten_rows_sql(target_relation)
    ] | join("; ")) -%}
{% endmacro %}
