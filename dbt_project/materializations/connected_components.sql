{#
    The connected components of a graph. The model's own query gives the edges (`left_key`, `right_key`); the table has one row per node that has an edge:
    `node_key` and `component_key`, the least node of its component.

    Randomised contraction: in each round a node joins the neighbour (or itself) with the least salted hash, and the edges that remain run between those
    representatives. A long chain halves each round, a bush shrinks faster; a loop that stopped early would cut people in two, so edges that remain fail the run.
#}
{% materialization connected_components, adapter='duckdb', supported_languages=['sql'] %}

    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set intermediate_relation = make_intermediate_relation(target_relation) -%}
    {%- set backup_relation = make_backup_relation(target_relation, 'table') -%}
    {{ drop_relation_if_exists(load_cached_relation(intermediate_relation)) }}
    {{ drop_relation_if_exists(load_cached_relation(backup_relation)) }}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- do contract_edges(compiled_code, config.get('maximum_rounds', 200)) -%}

    {% call statement('main') -%}
        create table {{ intermediate_relation }} as
        select
            components_nodes.node_key,
            min(components_nodes.node_key) over (partition by components_labels.representative)
                as component_key
        from components_nodes
        inner join components_labels
            on components_nodes.node = components_labels.node
    {%- endcall %}

    {% if existing_relation is not none %}
        {{ adapter.rename_relation(existing_relation, backup_relation) }}
    {% endif %}
    {{ adapter.rename_relation(intermediate_relation, target_relation) }}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do persist_docs(target_relation, model) %}
    {{ adapter.commit() }}
    {{ drop_relation_if_exists(backup_relation) }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
