{# Nodes are 64-bit hashes of their keys. Two keys of one hash would be one node: that fails the run
   rather than merge two people. #}
{% macro refuse_shared_hashes(nodes_sql) %}
    {%- set count_sql = "select count(*) from (" ~ nodes_sql ~ ") as nodes" -%}
    {%- set shared = run_query(count_sql).columns[0][0] -%}
    {%- if shared > 0 -%}
        {{ exceptions.raise_compiler_error(
            shared ~ " nodes share a hash: their components would be merged"
        ) }}
    {%- endif -%}
{% endmacro %}
