{#
    The connected components of a graph. The model's own query gives the links and is read more than once, so it is best a plain select from a table:

        left_key, right_key   the two nodes
        link_hash             optional, never null: a 64-bit hash of both keys, stored upstream; without it the text of all keys is read to find what changed
        link_group            optional, never null: what came together (a load, a day); without it a 256th of all links, by their hash

    The table has one row per node that has a link: `node_key`, `component_key` (the least node of its component) and the hashes of both. Beside it
    `<model>__links` and `<model>__link_checksums` keep what it was built from. The next run finds the links that came and went and resolves only the components
    that they touch; the table is the same as after a full run, row for row. All is one transaction: a run that is killed, or that has not converged, changes nothing.
#}
{% materialization connected_components, adapter='duckdb', supported_languages=['sql'] %}

    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set links_relation = this.incorporate(path={'identifier': this.identifier ~ '__links'}, type='table') -%}
    {%- set checksums_relation = this.incorporate(path={'identifier': this.identifier ~ '__link_checksums'}, type='table') -%}
    {%- set links_sql = component_links_sql(compiled_code) -%}
    {%- set maximum_rounds = config.get('maximum_rounds', 200) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}

    {# The transaction begins here. #}
    {% call statement('main') -%}
        create or replace temp table components_checksums as
        select
            link_group,
            sum(link_hash) as hash_sum,
            count(link_hash) < count(*) as has_unhashed_links
        from ({{ links_sql }}) as links
        group by link_group
    {%- endcall %}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- if run_query("select count(*) from components_checksums where link_group is null or has_unhashed_links").columns[0][0] > 0 -%}
        {{ exceptions.raise_compiler_error("link_group or link_hash is null: such links would not be compared") }}
    {%- endif -%}

    {% if should_full_refresh() or not component_state_fits(existing_relation, links_relation, checksums_relation, links_sql) %}
        {% if existing_relation is not none and not existing_relation.is_table %}
            {{ drop_relation_if_exists(existing_relation) }}
        {% endif %}
        {%- do resolve_all_links(links_sql, target_relation, links_relation, checksums_relation, maximum_rounds) -%}
    {% else %}
        {%- set changed_share = find_changed_links(links_sql, links_relation, checksums_relation) -%}
        {% if changed_share > config.get('maximum_changed_share', 0.2) %}
            {%- do resolve_all_links(links_sql, target_relation, links_relation, checksums_relation, maximum_rounds) -%}
        {% elif changed_share > 0 %}
            {%- do resolve_changed_links(target_relation, links_relation, checksums_relation, maximum_rounds) -%}
        {% endif %}
    {% endif %}
    {%- do drop_component_temporaries() -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do persist_docs(target_relation, model) %}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
