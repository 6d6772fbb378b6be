{# Makes the whole table anew. What differs from the table before is handed on, unless there is none
   to compare with or so much differs that readers had better begin anew too. #}
{% macro build_kept_whole(target, keys, handed_columns, state) %}
    {%- set changes = kept_relation(this.identifier) -%}
    {%- set columns = handed_columns | join(", ") -%}
    {%- set hands_on = state.is_sealed and state.is_large and state.has_changes_table
        and not should_full_refresh() -%}
    {%- if hands_on -%}
        {%- do run_query(
            "create or replace temp table kept_before as select " ~ columns
            ~ ", hash(kept) as row_hash from " ~ target ~ " as kept"
        ) -%}
    {%- endif -%}
    {%- do run_query("create or replace table " ~ target ~ " as " ~ compiled_code) -%}
    {%- set row_count = run_query("select count(*) from " ~ target).columns[0][0] -%}
    {%- do state.update({'is_large': row_count >= kept_minimum_rows()}) -%}
    {%- set is_handed_on = namespace(yes=false) -%}
    {%- if hands_on -%}
        {%- set counts = run_query([
            "create or replace temp table kept_after as select " ~ columns
            ~ ", hash(kept) as row_hash from " ~ target ~ " as kept",
            "create or replace temp table kept_gone as select before.* from kept_before as before "
            ~ "anti join kept_after as after on before.row_hash = after.row_hash and "
            ~ kept_same("before", "after", keys),
            "create or replace temp table kept_come as select after.* from kept_after as after "
            ~ "anti join kept_before as before on before.row_hash = after.row_hash and "
            ~ kept_same("before", "after", keys),
            "select (select count(*) from kept_gone), (select count(*) from kept_come), "
            ~ "(select count(*) from kept_after)"
        ] | join("; ")).rows[0] -%}
        {%- set changed = [counts[0], counts[1]] | max -%}
        {%- set is_handed_on.yes = changed <= config.get('maximum_changed_share', 0.4) * counts[2] -%}
        {%- do state.update({'counts': [counts[2] | int, counts[0] | int, counts[1] | int]}) -%}
    {%- endif -%}
    {%- if not is_handed_on.yes -%}
        {%- do state.update({'number': state.number + 1, 'whole_number': state.number + 1}) -%}
        {%- do run_query(
            "create or replace table " ~ changes
            ~ " as select cast(0 as bigint) as number, false as is_new, " ~ columns ~ " from "
            ~ target ~ " where false"
        ) -%}
    {%- elif state.counts[1] + state.counts[2] > 0 -%}
        {%- do state.update({'number': state.number + 1}) -%}
        {%- do run_query(
            "insert into " ~ changes ~ " select " ~ state.number ~ ", false, " ~ columns
            ~ " from kept_gone union all select " ~ state.number ~ ", true, " ~ columns
            ~ " from kept_come"
        ) -%}
    {%- endif -%}
{% endmacro %}
