{# Leaves two temporary tables, `components_nodes` and `components_labels`; nodes are 64-bit hashes of their keys. #}
{% macro contract_edges(edges_sql, maximum_rounds) %}
    {%- do run_query(
        "create or replace temp table components_keyed_edges as
        select cast(left_key as varchar) as left_key, cast(right_key as varchar) as right_key
        from (" ~ edges_sql ~ ") as edges where left_key != right_key;
        create or replace temp table components_nodes as
        select node_key, hash(node_key) as node from (
            select left_key as node_key from components_keyed_edges
            union
            select right_key from components_keyed_edges
        ) as nodes;
        create or replace temp table components_edges_0 as
        select distinct
            least(hash(left_key), hash(right_key)) as u, greatest(hash(left_key), hash(right_key)) as v
        from components_keyed_edges;
        drop table components_keyed_edges"
    ) -%}
    {%- set collisions = run_query("select count(node) - count(distinct node) from components_nodes").columns[0][0] -%}
    {%- if collisions > 0 -%}
        {{ exceptions.raise_compiler_error(collisions ~ " nodes share a hash: their components would be merged") }}
    {%- endif -%}

    {%- set state = namespace(rounds=0, edges=run_query("select count(*) from components_edges_0").columns[0][0]) -%}
    {%- for round in range(maximum_rounds) -%}
        {%- if state.edges > 0 -%}
            {%- do run_query(contraction_round_sql(round)) -%}
            {%- set state.rounds = round + 1 -%}
            {%- set state.edges = run_query("select count(*) from components_edges_" ~ state.rounds).columns[0][0] -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if state.edges > 0 -%}
        {{ exceptions.raise_compiler_error(
            "not converged: " ~ state.edges ~ " edges remain after " ~ maximum_rounds ~ " rounds"
        ) }}
    {%- endif -%}

    {%- do run_query("create or replace temp table components_labels (node ubigint, representative ubigint)") -%}
    {%- for round in range(state.rounds) | reverse -%}
        {%- do run_query(
            "create or replace temp table components_labels as
            select steps.node, coalesce(labels.representative, steps.representative) as representative
            from components_steps_" ~ round ~ " as steps
            left join components_labels as labels on steps.representative = labels.node;
            drop table components_steps_" ~ round ~ "; drop table components_edges_" ~ round
        ) -%}
    {%- endfor -%}
    {%- do run_query("drop table components_edges_" ~ state.rounds) -%}
{% endmacro %}
