{#
    A table that is kept: only the units that a change of an input touches are computed anew, only
    rows that differ are written, and these are what readers of the table hear of. It equals its own
    query on its inputs, row for row, after every run.

        unique_key   the column or columns that name a row
        unit         the column or columns whose rows change together (a key, a device), never null;
                     without it the table is made whole each time, and only hands on what differs
        changed_by   for each input the column or columns that name the unit; or
                     {'by': columns, 'find': query}, where `changes` holds the changed values of
                     these columns and {model} the table of an input, and the query finds the units;
                     of an input that is not kept, 'reads' are the columns that matter (all)
        whole_by     for each input of a few rows the columns that, changed, change every row
        hands_on     columns of changed rows that readers ask for, besides key and unit
        maximum_changed_share, minimum_rows   above, below: it is made whole (0.4; a setting)
        checked_share   the share of units that each run computes anew and compares (0.01)

    Schema `kept` holds, written in the same transaction as the table: `<model>`, the rows that
    differed, old and new, under a number that goes on counting; `cursors`, up to which number a
    model has read an input; `<model>__<input>`, hashes of the rows of an input that is not kept, by
    which its changes are found; `tables`, what each model did last and why it was made whole. A
    comment on the table bears its number: a table that something else has built has none, and is
    made whole.
#}
{% materialization kept, adapter='duckdb', supported_languages=['sql'] %}

    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type='table') -%}
    {%- set unit = kept_columns(config.get('unit', [])) -%}
    {%- set keys = kept_columns(config.require('unique_key')) -%}
    {%- set handed_columns = (keys + unit + kept_columns(config.get('hands_on', []))) | unique | list -%}
    {%- set inputs = kept_inputs() -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}

    {# The transaction begins here. #}
    {% call statement('main') -%}
        {{ kept_schema() }}
    {%- endcall %}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- if existing is not none and not existing.is_table -%}
        {{ drop_relation_if_exists(existing) }}
    {%- endif -%}

    {%- set state = kept_state(inputs, handed_columns) -%}
    {%- set whole = namespace(reason=kept_whole_reason(state, inputs, unit)) -%}
    {%- if state.is_large -%}
        {%- do remember_kept_inputs(inputs, state) -%}
    {%- endif -%}
    {%- if not whole.reason -%}
        {%- set whole.reason = find_kept_difference(target, inputs, unit, state) -%}
    {%- endif -%}
    {%- if whole.reason -%}
        {%- set was_large = state.is_large -%}
        {%- do build_kept_whole(target, keys, handed_columns, state) -%}
        {%- if state.is_large and not was_large -%}
            {%- do remember_kept_inputs(inputs, state) -%}
        {%- endif -%}
    {%- else -%}
        {%- do write_kept_difference(target, keys, handed_columns, state) -%}
        {%- do check_kept_sample(target, unit) -%}
    {%- endif -%}
    {%- do close_kept(target, inputs, state, whole.reason) -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do persist_docs(target, model) %}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}

    {{ return({'relations': [target]}) }}
{% endmaterialization %}
