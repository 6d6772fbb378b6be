{#
    The connected components of a graph. The model's own query gives the links and is read more than
    once, so it is best a plain select from a table:

        left_key, right_key   the two nodes
        link_hash             optional, never null: a 64-bit hash of both keys, stored upstream;
                              without it the text of all keys is read to find what changed
        link_group            optional, never null: what came together (a load, a day); without it
                              a 256th of all links, by their hash

    The table has one row per node that has a link: `node_key`, `component_key` (the least node of
    its component) and the hashes of both. Beside it `<model>__links` and `<model>__link_checksums`
    keep what it was built from. The next run finds the links that came and went and resolves only
    the components that they touch; the table is the same as after a full run, row for row. All is
    one transaction: a run that is killed, or that has not converged, changes nothing.
#}
{% materialization connected_components, adapter='duckdb', supported_languages=['sql'] %}

    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set links_relation = this.incorporate(
        path={'identifier': this.identifier ~ '__links'}, type='table'
    ) -%}
    {%- set checksums_relation = this.incorporate(
        path={'identifier': this.identifier ~ '__link_checksums'}, type='table'
    ) -%}
    {%- set columns = get_column_schema_from_query(compiled_code) | map(attribute='name') -%}
    {%- set links_sql = component_links_sql(compiled_code, columns | list) -%}
    {%- set maximum_rounds = config.get('maximum_rounds', 200) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}

    {# The transaction begins here. #}
    {% call statement('main') -%}
        {{ link_checksums_sql(links_sql) }}
    {%- endcall %}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- do refuse_unhashed_links() -%}

    {%- set is_continued = not should_full_refresh() and component_state_fits(
        existing_relation, links_relation, checksums_relation, links_sql
    ) -%}
    {%- if not is_continued and existing_relation is not none and not existing_relation.is_table -%}
        {{ drop_relation_if_exists(existing_relation) }}
    {%- endif -%}
    {%- set changed_share = (
        find_changed_links(links_sql, links_relation, checksums_relation) if is_continued else 1
    ) -%}
    {%- if not is_continued or changed_share > config.get('maximum_changed_share', 0.2) -%}
        {%- do resolve_all_links(
            links_sql, target_relation, links_relation, checksums_relation, maximum_rounds
        ) -%}
    {%- elif changed_share > 0 -%}
        {%- do resolve_changed_links(
            target_relation, links_relation, checksums_relation, maximum_rounds
        ) -%}
    {%- endif -%}
    {%- do drop_component_temporaries() -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do persist_docs(target_relation, model) %}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
