{#
    Randomised contraction of `components_edges_0` (u, v). In each round a node joins the neighbour
    (or itself) with the least salted hash, and the edges that remain run between those
    representatives. A long chain halves each round, a bush shrinks faster; a loop that stopped
    early would cut people in two, so edges that remain fail the run. Leaves `components_labels`:
    each node that had an edge, with the one node that stands for its component.
    Four rounds go in one query: to ask after each whether edges remain costs more than the rounds
    in vain at the end, which join nothing.
#}
{% macro contract_edges(maximum_rounds) %}
    {%- set edge_count = run_query("select count(*) from components_edges_0").columns[0][0] -%}
    {%- set state = namespace(rounds=0, edges=edge_count) -%}
    {%- for first_round in range(0, maximum_rounds, 4) -%}
        {%- if state.edges > 0 -%}
            {%- set state.rounds = [first_round + 4, maximum_rounds] | min -%}
            {%- set statements = [] -%}
            {%- for round in range(first_round, state.rounds) -%}
                {%- do statements.append(contraction_round_sql(round)) -%}
            {%- endfor -%}
            {%- do statements.append("select count(*) from components_edges_" ~ state.rounds) -%}
            {%- set state.edges = run_query(statements | join("; ")).columns[0][0] -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if state.edges > 0 -%}
        {{ exceptions.raise_compiler_error(
            "not converged: " ~ state.edges ~ " edges remain after " ~ maximum_rounds ~ " rounds"
        ) }}
    {%- endif -%}

    {%- set statements = [
        "create or replace temp table components_labels (node ubigint, representative ubigint)"
    ] -%}
    {%- for round in range(state.rounds) | reverse -%}
        {%- do statements.append(round_labels_sql(round)) -%}
    {%- endfor -%}
    {%- do statements.append("drop table components_edges_" ~ state.rounds) -%}
    {%- do run_query(statements | join("; ")) -%}
{% endmacro %}
