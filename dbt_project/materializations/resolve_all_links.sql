{# Full run. With two threads or fewer, DuckDB groups by one hash table per thread that outgrows
   every cache; with more, by parts that fit. #}
{% macro resolve_all_links(
    links_sql, target_relation, links_relation, checksums_relation, maximum_rounds
) %}
    {%- set threads = run_query("select current_setting('threads')").columns[0][0] | int -%}
    {%- do run_query("set threads = " ~ [threads, 4] | max) -%}
    {%- do run_query([
        kept_links_sql(links_sql, links_relation),
        kept_checksums_sql(checksums_relation),
        first_nodes_sql(links_sql)
    ] | join("; ")) -%}
    {%- do refuse_shared_hashes(doubled_nodes_sql('components_nodes')) -%}
    {%- do run_query(first_edges_sql(links_relation)) -%}
    {%- do contract_edges(maximum_rounds) -%}
    {%- do run_query(all_components_sql(target_relation)) -%}
    {%- do run_query("set threads = " ~ threads) -%}
{% endmacro %}
